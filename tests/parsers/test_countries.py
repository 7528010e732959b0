"""Countries by name in many languages, and the sender's country and company by all that speaks for them."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cases.message import Address
from parsers import find_countries
from parsers.phones import find_phones
from parsers.whereabouts import Traces, find_company, find_country, zone_of


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Jetzt stand der Termin zum zweiten Mal im Kalender."),
        ("fi", "Peruin tilauksen eilen. Palautus on tehty. Virhe oli teidän. Kiinnostaako?"),
        ("et", "Pole kaupa saanud. Pooleli jäi ka töö."),
        ("hu", "Perceken át vártam. Kenyér helyett kő volt."),
        ("hr", "Sad je dosta. Rok je prošao. Malo tko odgovara."),
        ("ru", "Мало того, что опоздали. Тогда и отменю."),
        ("uk", "Мало того. Самої коробки нема."),
        ("tr", "Koruma kılıfı kırık. Makam yok."),
        ("fr", "Eau partout dans la cuisine. Réunion du 3 mai reportée."),
        ("ko", "지인도 같은 물건을 받았어요"),
        ("fa", "خسارت مالی داشتم"),
    ],
)
def test_words_that_only_look_like_countries_are_none(language: str, text: str) -> None:
    assert [] == [one.text for one in find_countries(text, language)]


@pytest.mark.parametrize(
    ("language", "text", "codes"),
    [
        ("hu", "Kínából rendeltem, Kubába ment, a Maliban élő testvérem kapta", "CN CU ML"),
        ("tr", "İngilterede oturuyorum, ürün Koreden geldi, Çinden değil", "GB KR CN"),
        ("fi", "Tilasin Suomesta, paketti kävi Perussa, Kiinassa ja Norjassa", "FI PE CN NO"),
        ("et", "Saadeti Lätisse, siis Poolasse ja Malisse", "LV PL ML"),
        ("de", "Mali ist weit, Malis Grenzen auch, und Chinas Ware kam nie an", "ML ML CN"),
        ("ru", "Посылка ушла в Того, потом на Кубу", "TG CU"),
    ],
)
def test_bent_names_of_short_countries(language: str, text: str, codes: str) -> None:
    assert codes.split() == [one.code for one in find_countries(text, language)]


@pytest.mark.parametrize(
    ("language", "text", "codes"),
    [
        ("en", "I live in Germany and you sent it to the Netherlands", "DE NL"),
        ("en", "the turkey was bad, Jordan said, from the United Kingdom", "JO GB"),
        ("en", "USA customers pay more than UK ones", "US GB"),
        ("en", "i bought it in france", "FR"),
        ("de", "Ich wohne in der Schweiz, nicht in Österreich", "CH AT"),
        ("fr", "J'habite aux États-Unis mais je suis né en Côte d'Ivoire", "US CI"),
        ("es", "Vivo en España y el envío vino de EE.UU.", "ES US"),
        ("pt", "Moro no Brasil, encomendei da Alemanha", "BR DE"),
        ("it", "Abito in Svizzera e ho ordinato dalla Germania", "CH DE"),
        ("nl", "Ik woon in België en heb besteld uit Duitsland", "BE DE"),
        ("sv", "Jag bor i Sverige, paketet kom från Tyskland", "SE DE"),
        ("da", "Jeg bor i Danmark", "DK"),
        ("nb", "Jeg bor i Norge og pakken kom fra Storbritannia", "NO GB"),
        ("fi", "Asun Suomessa ja paketti tuli Saksasta ja Ranskasta", "FI DE FR"),
        ("et", "Elan Eestis, pakk tuli Saksamaalt", "EE DE"),
        ("lv", "Es dzīvoju Latvijā, paka nāca no Vācijas", "LV DE"),
        ("lt", "Gyvenu Lietuvoje, siunta atkeliavo iš Vokietijos", "LT DE"),
        ("pl", "Mieszkam w Polsce, paczka przyszła z Niemiec i Francji", "PL DE FR"),
        ("cs", "Bydlím v České republice, zásilka přišla z Německa a z Francie", "CZ DE FR"),
        ("sk", "Bývam na Slovensku, balík prišiel z Nemecka", "SK DE"),
        ("sl", "Živim v Sloveniji, paket je prišel iz Nemčije", "SI DE"),
        ("hr", "Živim u Hrvatskoj, paket je stigao iz Njemačke", "HR DE"),
        ("sr", "Живим у Србији, пакет је стигао из Немачке", "RS DE"),
        ("mk", "Живеам во Македонија, пакетот дојде од Германија", "MK DE"),
        ("hu", "Magyarországon élek, a csomag Németországból jött", "HU DE"),
        ("ro", "Locuiesc în România, coletul a venit din Germania", "RO DE"),
        ("bg", "Живея в България, пратката дойде от Германия", "BG DE"),
        ("ru", "Я живу в России, а посылка пришла из Германии через Польшу", "RU DE PL"),
        ("ru", "Мы из Соединённых Штатов", "US"),
        ("uk", "Я живу в Україні, посилка прийшла з Німеччини", "UA DE"),
        ("be", "Я жыву ў Беларусі, пасылка з Польшчы", "BY PL"),
        ("el", "Ζω στην Ελλάδα, το δέμα ήρθε από τη Γερμανία", "GR DE"),
        ("tr", "Türkiye'de yaşıyorum, kargo Almanya'dan geldi", "TR DE"),
        ("az", "Azərbaycanda yaşayıram", "AZ"),
        ("ar", "أعيش في السعودية والطرد جاء من ألمانيا", "SA DE"),
        ("ar", "أنا من مصر وبالمغرب أيضا", "EG MA"),
        ("he", "אני גר בישראל והחבילה הגיעה מגרמניה", "IL DE"),
        ("fa", "من در ایران زندگی می‌کنم و بسته از آلمان آمد", "IR DE"),
        ("ur", "میں پاکستان میں رہتا ہوں", "PK"),
        ("hi", "मैं भारत में रहता हूँ और पार्सल जर्मनी से आया", "IN DE"),
        ("mr", "मी भारतात राहतो", "IN"),
        ("ne", "म नेपालमा बस्छु", "NP"),
        ("bn", "আমি বাংলাদেশে থাকি", "BD"),
        ("ta", "நான் இந்தியாவில் வசிக்கிறேன்", "IN"),
        ("th", "ฉันอยู่ที่ประเทศไทย พัสดุมาจากเยอรมนี", "TH DE"),
        ("vi", "Tôi sống ở Việt Nam, gói hàng đến từ Đức", "VN DE"),
        ("id", "Saya tinggal di Indonesia, paket dari Jerman dan AS", "ID DE US"),
        ("ms", "Saya tinggal di Malaysia, bungkusan dari Amerika Syarikat", "MY US"),
        ("ko", "저는 한국에 살고 소포는 독일에서 왔습니다", "KR DE"),
        ("ja", "私は日本に住んでいます。荷物はドイツから来ました", "JP DE"),
        ("zh", "我住在中国,包裹来自德国", "CN DE"),
        ("zh-TW", "我住在臺灣,包裹來自美國", "TW US"),
        ("ca", "Visc a Espanya i el paquet ve d'Alemanya", "ES DE"),
        ("eu", "Espainian bizi naiz", "ES"),
        ("gl", "Vivo en España, o paquete vén de Alemaña", "ES DE"),
        ("ka", "მე საქართველოში ვცხოვრობ", "GE"),
        ("kk", "Мен Қазақстанда тұрамын", "KZ"),
        ("sq", "Jetoj në Shqipëri, pakoja erdhi nga Gjermania", "AL DE"),
        ("en", "Daniel and Indira like German cars and Italian food", ""),
        ("de", "Daniel hat mir die Ware verkauft", ""),
        ("ru", "Индира купила индейку", ""),
        ("pl", "Daniel kupił kurtkę", ""),
        ("fi", "Mali on hyvä", "ML"),
    ],
)
def test_countries_are_found_by_name_also_bent(language: str, text: str, codes: str) -> None:
    assert codes == " ".join(one.code for one in find_countries(text, language))
    assert all(one.text == text[one.start : one.end] for one in find_countries(text))


def country(**given: object) -> str:
    found = find_country(Traces(**given))  # type: ignore[arg-type]
    return found.value if found else ""


def test_signs_of_a_country_add_up_and_strong_ones_win() -> None:
    anna = Address(address="anna@firma.at")
    phone = find_phones("Tel. +43 1 5881839")
    assert country(own="Hallo", language="de") == "DE"
    assert country(own="Hallo", language="de", sender=anna, domain="AT") == "AT"
    assert country(own="Hallo", language="de", phones=phone) == "AT"
    assert country(own="The parcel never came. I want 118 pounds.", currencies=("GBP",), language="en") == "GB"
    assert country(own="Hello", language="en") == ""
    assert country(own="Hello", language="en", zone="+0530") == "IN"
    assert country(own="Hello", region="DE") == ""
    assert country(own="The parcel from Japan is broken.\n\nAnna Berg\n12 High Street\nIreland", language="en") == "IE"


def test_the_country_tells_its_strongest_sign() -> None:
    found = find_country(Traces(own="Ich wohne in der Schweiz.", language="de"))
    assert found is not None
    assert ("CH", "Schweiz", 17, 24) == (found.value, found.words, found.start, found.end)
    assert 0.4 < found.confidence < 0.6


@pytest.mark.parametrize(
    ("signature", "company"),
    [
        ("Anna Berg\nPumpen Müller GmbH & Co. KG\nBerlin", "Pumpen Müller GmbH & Co. KG"),
        ("John\nAcme Tools Ltd.", "Acme Tools Ltd."),
        ("王芳\n上海大华贸易有限公司", "上海大华贸易有限公司"),
        ("山田\n株式会社山田商事", "株式会社山田商事"),
        ("Иван\nООО «Ромашка»", "ООО «Ромашка»"),
        ("Marta\nKowalski sp. z o.o.", "Kowalski sp. z o.o."),
        ("Luis\nBombas del Sur, S.L.", "Bombas del Sur, S.L."),
        ("Anna Berg\nBerlin", ""),
    ],
)
def test_companies_are_known_by_their_legal_form(signature: str, company: str) -> None:
    found = find_company("Hello", signature)
    assert company.rstrip(".") == (found.value.rstrip(".") if found else "")


def test_the_zone_is_that_of_the_date_header() -> None:
    assert ("+0530", "", "") == (zone_of([b"Mon, 2 Feb 2026 10:00:00 +0530"]), zone_of([]), zone_of([b"x +99999"]))


NAMED = st.sampled_from(
    [
        "Germany",
        "in Saksassa",
        "в Германии",
        "日本",
        "中国",
        "ドイツ",
        "فرنسا",
        "والمانيا",
        "U.S.A.",
        "Côte d'Ivoire",
        "United Kingdom",
    ]
)
BETWEEN = st.sampled_from([" ", ", ", "\n", "", ".", "-", "' ", "İ", "ß ", "\u0301", "\u200c", "𝐀 "]) | st.text(
    max_size=20
)


@given(st.lists(NAMED | BETWEEN, min_size=1, max_size=25).map("".join))
@example("Germany 日本ドイツ в Германии.")
def test_countries_of_any_text_are_pieces_of_it_each_place_once(text: str) -> None:
    found = find_countries(text)
    assert [one.text for one in found] == [text[one.start : one.end] for one in found]
    assert all(one.end <= following.start for one, following in pairwise(found))
    assert all(len(one.code) == 2 for one in found)
