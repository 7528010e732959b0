"""How clocks.toml looks: waiting, extensions, approvers by amount."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from cases.words import GRADES
from config.fields import Clause, GradeWord, Line, Name, Some, Span
from config.shape import Row


def each_grade(value: Any) -> Any:
    """One text for all grades, or a table by grade."""
    return {grade.value: value for grade in GRADES} if isinstance(value, str) else value


class PauseModel(Row):
    """`[[pause]]`."""

    name: Literal["customer", "third party"]
    clause: Clause
    stage: Name
    at_end: dict[GradeWord, Literal["resume", "close"]] = Field(default_factory=dict)


class TogetherModel(Row):
    """`[together]`."""

    clause: Clause
    most: Annotated[dict[GradeWord, Span], BeforeValidator(each_grade)]


class ExtensionModel(Row):
    """`[[extension]]`."""

    stage: Name
    clause: Clause
    most: Annotated[dict[GradeWord, Span], BeforeValidator(each_grade), Field(min_length=1)]
    approver: Annotated[dict[GradeWord, Name], BeforeValidator(each_grade)]

    @model_validator(mode="after")
    def _somebody_decides(self) -> "ExtensionModel":
        missing = [grade for grade in self.most if grade not in self.approver]
        if missing:
            raise ValueError(f"nobody approves it in {missing[0]} cases; name a role in approver")
        if len({span.unit for span in self.most.values()}) > 1:
            raise ValueError("counts in several units; write all grades in one")
        return self


class CompensationModel(Row):
    """`[[compensation]]`."""

    name: Name
    clause: Clause
    above: Annotated[Decimal, Field(ge=0, strict=False)]
    approver: Name


class AmountsModel(Row):
    """`[amounts]`."""

    clause: Clause
    words: Some[Line]
    currencies: dict[Line, Line] = Field(default_factory=dict)


class ClocksModel(Row):
    """clocks.toml as a whole, but for its rows."""

    together: TogetherModel
    amounts: AmountsModel
