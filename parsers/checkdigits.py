"""Check digits of waybill numbers; each takes the number without blanks and says whether it holds."""

from collections.abc import Callable, Iterable

# ISO 3166 alpha-2 of the members and territories that postal unions use in item numbers.
_COUNTRIES = frozenset(
    [
        "AD",
        "AE",
        "AF",
        "AG",
        "AI",
        "AL",
        "AM",
        "AO",
        "AQ",
        "AR",
        "AS",
        "AT",
        "AU",
        "AW",
        "AX",
        "AZ",
        "BA",
        "BB",
        "BD",
        "BE",
        "BF",
        "BG",
        "BH",
        "BI",
        "BJ",
        "BL",
        "BM",
        "BN",
        "BO",
        "BQ",
        "BR",
        "BS",
        "BT",
        "BW",
        "BY",
        "BZ",
        "CA",
        "CC",
        "CD",
        "CF",
        "CG",
        "CH",
        "CI",
        "CK",
        "CL",
        "CM",
        "CN",
        "CO",
        "CR",
        "CU",
        "CV",
        "CW",
        "CX",
        "CY",
        "CZ",
        "DE",
        "DJ",
        "DK",
        "DM",
        "DO",
        "DZ",
        "EC",
        "EE",
        "EG",
        "EH",
        "ER",
        "ES",
        "ET",
        "FI",
        "FJ",
        "FK",
        "FM",
        "FO",
        "FR",
        "GA",
        "GB",
        "GD",
        "GE",
        "GF",
        "GG",
        "GH",
        "GI",
        "GL",
        "GM",
        "GN",
        "GP",
        "GQ",
        "GR",
        "GT",
        "GU",
        "GW",
        "GY",
        "HK",
        "HN",
        "HR",
        "HT",
        "HU",
        "ID",
        "IE",
        "IL",
        "IM",
        "IN",
        "IO",
        "IQ",
        "IR",
        "IS",
        "IT",
        "JE",
        "JM",
        "JO",
        "JP",
        "KE",
        "KG",
        "KH",
        "KI",
        "KM",
        "KN",
        "KP",
        "KR",
        "KW",
        "KY",
        "KZ",
        "LA",
        "LB",
        "LC",
        "LI",
        "LK",
        "LR",
        "LS",
        "LT",
        "LU",
        "LV",
        "LY",
        "MA",
        "MC",
        "MD",
        "ME",
        "MF",
        "MG",
        "MH",
        "MK",
        "ML",
        "MM",
        "MN",
        "MO",
        "MP",
        "MQ",
        "MR",
        "MS",
        "MT",
        "MU",
        "MV",
        "MW",
        "MX",
        "MY",
        "MZ",
        "NA",
        "NC",
        "NE",
        "NF",
        "NG",
        "NI",
        "NL",
        "NO",
        "NP",
        "NR",
        "NU",
        "NZ",
        "OM",
        "PA",
        "PE",
        "PF",
        "PG",
        "PH",
        "PK",
        "PL",
        "PM",
        "PN",
        "PR",
        "PS",
        "PT",
        "PW",
        "PY",
        "QA",
        "RE",
        "RO",
        "RS",
        "RU",
        "RW",
        "SA",
        "SB",
        "SC",
        "SD",
        "SE",
        "SG",
        "SH",
        "SI",
        "SJ",
        "SK",
        "SL",
        "SM",
        "SN",
        "SO",
        "SR",
        "SS",
        "ST",
        "SV",
        "SX",
        "SY",
        "SZ",
        "TC",
        "TD",
        "TG",
        "TH",
        "TJ",
        "TK",
        "TL",
        "TM",
        "TN",
        "TO",
        "TR",
        "TT",
        "TV",
        "TW",
        "TZ",
        "UA",
        "UG",
        "US",
        "UY",
        "UZ",
        "VA",
        "VC",
        "VE",
        "VG",
        "VI",
        "VN",
        "VU",
        "WF",
        "WS",
        "XK",
        "YE",
        "YT",
        "YP",
        "ZA",
        "ZM",
        "ZW",
    ]
)
_POSTAL = (8, 6, 4, 2, 3, 5, 9, 7)


def s10(value: str) -> bool:
    """An international postal item (UPU S10): eight digits, their check digit, a country that exists."""
    total = _weighted(value[2:10], _POSTAL)
    check = 11 - total % 11
    return value[11:] in _COUNTRIES and int(value[10]) == {10: 0, 11: 5}.get(check, check)


def ups(value: str) -> bool:
    """A UPS number: letters count as their place in the alphabet plus two, modulo ten."""
    digits = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in value[2:]]
    if not value[-1].isdigit():
        return False
    total = sum(digits[0:15:2]) + 2 * sum(digits[1:15:2])
    return digits[15] == (10 - total % 10) % 10


def gs1(value: str) -> bool:
    """The check digit of GS1 and of postal barcodes made like it: weights three and one from the right."""
    total = _weighted(reversed(value[:-1]), (3, 1) * len(value))
    return int(value[-1]) == -total % 10


def gs1_zip(value: str) -> bool:
    """The same behind the 420 and postal code of an American label."""
    return gs1(value[-22:])


def mod7(value: str) -> bool:
    """The digits before the last one, modulo seven."""
    return int(value[:-1]) % 7 == int(value[-1])


def fedex_express(value: str) -> bool:
    """FedEx's twelve digits: weights three, one, seven, modulo eleven."""
    return _weighted(value[:11], (3, 1, 7) * 4) % 11 % 10 == int(value[-1])


def fedex_ground(value: str) -> bool:
    """FedEx's last fifteen digits."""
    return gs1(value[-15:])


def fedex_long(value: str) -> bool:
    """The serial number at the end of FedEx's thirty-four digits: weights one, seven, three, modulo eleven."""
    return _weighted(value[-14:-1], (1, 7, 3) * 5) % 11 % 10 == int(value[-1])


def dpd(value: str) -> bool:
    """A DPD number with its check sign (ISO 7064, modulo 37 over 36)."""
    signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    check = 36
    for character in value[:-1]:
        check += int(character)
        check = (check - 36 if check > 36 else check) * 2
        check = check - 37 if check >= 37 else check
    check = (37 - check) % 36
    return signs[check] == value[-1]


def iso6346(value: str) -> bool:
    """A freight container: letters count from ten, leaving out multiples of eleven; powers of two, modulo eleven."""
    worth = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True))
    total = sum((int(c) if c.isdigit() else worth[c]) << place for place, c in enumerate(value[:10]))
    return total % 11 % 10 == int(value[10])


def air(value: str) -> bool:
    """An air waybill of eleven digits: the serial's first seven modulo seven (IATA resolution 600a)."""
    return int(value[3:10]) % 7 == int(value[10])


def _weighted(digits: Iterable[str], weights: Iterable[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


CHECKS: dict[str, Callable[[str], bool]] = {
    "s10": s10,
    "ups": ups,
    "gs1": gs1,
    "gs1_zip": gs1_zip,
    "mod7": mod7,
    "fedex_express": fedex_express,
    "fedex_ground": fedex_ground,
    "fedex_long": fedex_long,
    "dpd": dpd,
    "iso6346": iso6346,
}
