"""The language of one sentence, also between neighbours, and what speaks for one in a close call."""

import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import detect_language
from parsers.language import language_of, spoken_at, told_languages
from parsers.tables import table


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "My parcel never arrived"),
        ("en", "I want my money back now"),
        ("de", "Die Lieferung kam zu spät"),
        ("de", "Ich möchte mein Geld zurück"),
        ("fr", "Je n'ai toujours rien reçu"),
        ("fr", "Le produit est cassé"),
        ("es", "El paquete no ha llegado todavía"),
        ("es", "Quiero la devolución de mi dinero"),
        ("pt", "A encomenda ainda não chegou"),
        ("pt", "Quero o meu dinheiro de volta"),
        ("gl", "O paquete aínda non chegou"),
        ("gl", "Quero que me devolvan os cartos"),
        ("ca", "El paquet encara no ha arribat"),
        ("ca", "Vull que em tornin els diners"),
        ("it", "Il pacco non è ancora arrivato"),
        ("it", "Voglio il rimborso"),
        ("nl", "Het pakket is nog niet aangekomen"),
        ("nl", "Ik wil mijn geld terug"),
        ("af", "Die pakkie het nog nie aangekom nie"),
        ("af", "Ek wil my geld terug hê"),
        ("da", "Jeg vil have mine penge tilbage"),
        ("nb", "Pakken har fortsatt ikke kommet frem"),
        ("nb", "Jeg vil ha pengene mine tilbake"),
        ("sv", "Paketet har fortfarande inte kommit"),
        ("sv", "Jag vill ha mina pengar tillbaka"),
        ("fi", "Paketti ei ole vieläkään saapunut"),
        ("is", "Pakkinn er ekki kominn enn"),
        ("et", "Pakk ei ole ikka veel saabunud"),
        ("lv", "Sūtījums joprojām nav saņemts"),
        ("lt", "Siuntinys vis dar neatvyko"),
        ("pl", "Paczka nadal nie dotarła"),
        ("cs", "Balík stále nedorazil"),
        ("cs", "Chci vrátit peníze"),
        ("sk", "Balík stále nedorazil a nikto neodpovedá"),
        ("sk", "Chcem vrátiť peniaze"),
        ("sl", "Paket še vedno ni prispel"),
        ("hr", "Paket još uvijek nije stigao"),
        ("hr", "Želim povrat novca, gdje je moj paket"),
        ("sr", "Пакет још увек није стигао"),
        ("mk", "Пакетот сè уште не е пристигнат"),
        ("mk", "Ги сакам моите пари назад"),
        ("bg", "Пакетът все още не е пристигнал"),
        ("mk", "Многу сум разочаран"),
        ("gl", "Sigo agardando"),
        ("sr", "Želim povraćaj novca"),
        ("nl", "Verkeerde kleur"),
        ("fa", "کی می‌رسد؟"),
        ("fa", "عملیات موجود"),
        ("ur", "کب پہنچے گا؟"),
        ("ja", "注文変更"),
        ("ja", "返金依頼"),
        ("ja", "配送状況確認"),
        ("zh-Hans", "请修理"),
        ("zh-Hans", "退货注文不对"),
        ("zh-Hant", "配送狀況確認"),
        ("zh-Hant", "請退款"),
        ("bg", "Искам си парите обратно"),
        ("ru", "Посылка до сих пор не пришла"),
        ("ru", "Верните деньги"),
        ("uk", "Посилка досі не прийшла"),
        ("uk", "Поверніть гроші"),
        ("be", "Пасылка дагэтуль не прыйшла"),
        ("kk", "Тауар әлі келген жоқ"),
        ("hu", "A csomag még nem érkezett meg"),
        ("ro", "Coletul nu a ajuns încă"),
        ("ro", "Vreau banii inapoi"),
        ("sq", "Pakoja ende nuk ka mbërritur"),
        ("el", "Το δέμα δεν έφτασε"),
        ("tr", "Kargom hâlâ gelmedi"),
        ("tr", "Paramı geri istiyorum"),
        ("az", "Bağlama hələ gəlməyib"),
        ("ar", "لم يصل الطرد حتى الآن"),
        ("fa", "بسته هنوز نرسیده است"),
        ("ur", "پارسل ابھی تک نہیں پہنچا"),
        ("he", "החבילה עדיין לא הגיעה"),
        ("hi", "पार्सल अभी तक नहीं आया"),
        ("mr", "पार्सल अजून आले नाही"),
        ("ne", "पार्सल अझै आइपुगेको छैन"),
        ("bn", "পার্সেল এখনও আসেনি"),
        ("ta", "பார்சல் இன்னும் வரவில்லை"),
        ("th", "พัสดุยังไม่มาถึง"),
        ("vi", "Bưu kiện vẫn chưa đến"),
        ("vi", "Toi chua nhan duoc hang"),
        ("id", "Paket saya belum sampai"),
        ("id", "Saya ingin uang saya kembali"),
        ("ms", "Saya mahu wang saya dikembalikan"),
        ("fil", "Hindi pa dumarating ang parsela ko"),
        ("ko", "택배가 아직 도착하지 않았습니다"),
        ("ja", "荷物がまだ届きません"),
        ("ja", "返品希望"),
        ("zh-Hans", "包裹还没有到"),
        ("zh-Hant", "包裹還沒有到"),
        ("zh-Hans", "退款"),
        ("eu", "Paketea ez da oraindik iritsi"),
        ("ka", "ამანათი ჯერ არ მოსულა"),
        ("hy", "Ծանրոցը դեռ չի հասել"),
        ("sr", "Moja porudžbina još uvek nije stigla, gde je paket"),
        ("sr", "Niko mi nije odgovorio na reklamaciju prošle nedelje"),
        ("hr", "Htjela bih vratiti cipele jer nisu ispravne veličine"),
        ("hr", "Unatoč obećanju nitko se nije javio tijekom tjedna"),
        ("sl", "Prosim, vrnite mi denar za poškodovan izdelek"),
        ("gl", "Merquei un teléfono na vosa tenda e non funciona"),
        ("gl", "Aínda non recibín ningunha resposta á miña reclamación"),
        ("pt", "Comprei um telemóvel na vossa loja e não funciona"),
        ("pt", "Até agora ninguém respondeu à minha reclamação"),
        ("mk", "Сакам да ја вратам нарачката бидејќи е оштетена"),
        ("mk", "Никој не ми одговори на поплаката"),
        ("bg", "Искам да върна поръчката, защото е повредена"),
        ("ms", "Barang yang saya pesan minggu lepas masih belum dihantar"),
        ("ms", "Tiada sesiapa menjawab aduan saya, sila pulangkan wang"),
        ("id", "Barang yang saya pesan minggu lalu masih belum dikirim"),
        ("id", "Tidak ada yang menjawab keluhan saya, mohon uang dikembalikan"),
        ("af", "Niemand het nog my klagte beantwoord nie"),
        ("nl", "Niemand heeft mijn klacht beantwoord"),
        ("da", "Ingen har svaret på min klage endnu, og varen virker ikke"),
        ("nb", "Ingen har svart på klagen min ennå, og varen virker ikke"),
        ("nn", "Eg har ikkje fått noko svar på klaga mi enno"),
        ("cs", "Nikdo mi na reklamaci neodpověděl, chci vrátit peníze"),
        ("sk", "Nikto mi na reklamáciu neodpovedal, chcem vrátiť peniaze"),
        ("uz", "Buyurtmam hali ham yetib kelmadi, pulimni qaytaring"),
        ("ky", "Менин буйрутмам дагы эле келген жок"),
        ("sw", "Bidhaa niliyoagiza bado haijafika"),
        ("cy", "Nid yw fy mharsel wedi cyrraedd eto"),
        ("ga", "Níor tháinig mo bheart go fóill"),
        ("lb", "Mäi Pak ass nach ëmmer net ukomm"),
        ("ro", "Nu am primit inca niciun raspuns la reclamatia mea"),
        ("cs", "Balik porad neprisel, kde je moje zasilka"),
        ("en", "broken"),
        ("en", "Refund please"),
        ("de", "kaputt"),
        ("es", "roto"),
        ("fr", "remboursement"),
        ("fr", "bonjour"),
        ("nl", "kapot"),
        ("ru", "брак"),
        ("en", "The iPhone 15 Pro Max from the shop Müller arrived broken"),
    ],
)
def test_one_sentence_is_enough(language: str, text: str) -> None:
    assert language == detect_language(text)


def test_content_language_decides_where_the_words_do_not() -> None:
    assert ("zh-Hant", "zh-Hans") == (language_of("有。人在", ("zh-Hant",))[0], language_of("有。人在")[0])
    assert ("de", "zh-Hant", "nb") == told_languages("de-AT, zh-TW; no")
    assert () == told_languages("?, <x>, 12")
    assert "de" == language_of("Das Paket ist nicht angekommen, wo ist es?", ("en",))[0]


def test_the_country_of_the_domain_decides_between_neighbours_and_no_more() -> None:
    assert ("sr",) == spoken_at("posta.example.rs")
    assert () == spoken_at("x.example")
    shared = "Molim vas vratite mi novac"
    assert ["sr", "hr"] == [language_of(shared, spoken_at(domain))[0] for domain in ("a.rs", "a.hr")]
    assert "en" == language_of("Please give me my money back", spoken_at("a.rs"))[0]
    assert "hr" == language_of("Unatoč obećanju nitko se nije javio tijekom tjedna", spoken_at("a.rs"))[0]
    assert "da" == language_of("Ingen har svaret på min klage endnu, og varen virker ikke", spoken_at("a.no"))[0]


@pytest.mark.parametrize("text", ["", "12345 !!! ???", " \n\t", "https://x.example/y a@b.example", "…"])
def test_where_no_words_are_there_is_no_language(text: str) -> None:
    assert ("", 0.0) == language_of(text)


@pytest.mark.parametrize("script", ["latin", "cyrillic", "arabic", "nagari"])
def test_rows_of_pieces_name_languages_of_their_table(script: str) -> None:
    """A row that cannot be read would only show in a mail that holds its piece."""
    head, *rows = files("parsers.data").joinpath(f"pieces-{script}.tsv").read_text(encoding="utf-8").splitlines()
    unit, _, known = head.partition("\t")
    assert 0 < float(unit) < 2
    assert len(rows) > 1000
    for row in rows:
        piece, _, weights = row.partition("\t")
        told = re.findall(r"([a-z]+)-?([1-9]\d?)", weights)
        assert piece
        assert weights.replace("-", "") == "".join(code + weight for code, weight in told)
        assert {code for code, _ in told} <= set(known.split())


@given(st.text(max_size=300))
def test_any_text_has_a_language_or_none(text: str) -> None:
    language, confidence = language_of(text)
    assert 0 <= confidence <= 1
    assert language.isascii()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "ok thanks"),
        ("de", "ok, danke"),
        ("fr", "ok merci"),
        ("de", "Hallo?"),
        ("es", "hola"),
        ("en", "Hi, refund?"),
        ("zh-Hans", "收到，谢谢"),
        ("zh-Hant", "好的，謝謝"),
        ("zh-Hans", "Hello, 我的订单 12345 还没到"),
        ("de", "Order 123: damaged, bitte um Ersatz"),
    ],
)
def test_one_or_two_words_and_two_languages_in_one_line(language: str, text: str) -> None:
    assert language == detect_language(text)


@pytest.mark.parametrize("text", ["ok", "Hi!", "OK OK", "okay..."])
def test_what_everybody_says_is_a_language_of_its_own_only_where_nothing_else_tells(text: str) -> None:
    assert ("en", 0.3) == language_of(text)
    assert ("tr", 0.3) == language_of(text, ("tr",))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("hr", "Tjedan dana čekam, nitko ne odgovara"),
        ("sr", "Nedelju dana čekam, niko ne odgovara"),
        ("ms", "Sila pulangkan duit, tempahan rosak"),
        ("id", "Mohon kembalikan uang, pesanan rusak"),
        ("da", "Hvornår får jeg pengene?"),
        ("nb", "Fortsatt ikke mottatt noe"),
        ("gl", "Aínda non chegou ninguén"),
        ("mk", "Вратете ми ги парите сакам замена"),
        ("ne", "अहिले सम्म पैसा फिर्ता भएको छैन"),
    ],
)
def test_a_word_that_only_one_of_two_neighbours_has_decides(language: str, text: str) -> None:
    assert language == detect_language(text)


def test_every_own_word_stands_in_one_row_of_its_group_only() -> None:
    rows, groups = table("apart")["words"], table("apart")["neighbours"].values()
    twice = [
        (word, one, other)
        for group in groups
        for one in group
        for other in group
        if one < other and {one, other}.isdisjoint({"bs", "nn"})
        for word in set(rows.get(one, ())) & set(rows.get(other, ()))
    ]
    assert [] == twice
