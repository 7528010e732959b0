"""Every table, each behind those that it refers to."""

from store.tables.base import About, Counter, Table
from store.tables.cases import (
    CalendarYear,
    CaseTable,
    ChainHeadTable,
    DeadlineTable,
    EventTable,
    Link,
    MarkTable,
    MeasureTable,
    ParticipantTable,
    RisenTable,
    TallyTable,
    ToldDate,
)
from store.tables.mail import Content, Delivery, Folder, MessageId, Quarantine, Raw, TroubleTable
from store.tables.outgoing import Outbox, OutgoingBytes, OutgoingInsert, Suppressed, TokenTable, WaitingTable

TABLES: tuple[type[Table], ...] = (
    About,
    Counter,
    Folder,
    Raw,
    Content,
    Delivery,
    Quarantine,
    CaseTable,
    EventTable,
    ChainHeadTable,
    ParticipantTable,
    MarkTable,
    Link,
    ToldDate,
    DeadlineTable,
    CalendarYear,
    Outbox,
    OutgoingBytes,
    OutgoingInsert,
    WaitingTable,
    MeasureTable,
    TallyTable,
    RisenTable,
    TokenTable,
    MessageId,
    TroubleTable,
    Suppressed,
)
