"""Wishes that name no remedy are understood, and words of the story are no wishes."""

import pytest

from parsers.claims import read_claims
from parsers.wanted import find_wanted, hear
from parsers.wishes import find_wishes

WISHES = (
    ("en", "The lamp is in two pieces. I want one that works.", "replacement"),
    ("en", "No vouchers. Just bring it on Monday, please.", "redelivery"),
    ("en", "I do not want money off, I want someone to finish the job.", "repair"),
    ("en", "Please put the 80 pounds back on my card.", "refund"),
    ("en", "Who is going to pay the plumber? I expect you to cover the extra costs.", "compensation"),
    ("de", "Bitte sorgen Sie dafür, dass die Heizung endlich wieder läuft.", "repair"),
    ("de", "Ich will raus aus dem Abo, und zwar heute noch kündigen.", "termination"),
    ("fr", "Merci de recréditer les 45 euros prélevés deux fois.", "refund"),
    ("es", "Por favor, tráiganme el sofá de una vez.", "redelivery"),
    ("it", "Vorrei capire come mai nessuno ha avvisato.", "explanation"),
    ("pl", "Proszę dosłać brakujące krzesła do piątku.", "redelivery"),
    ("ru", "Оплатите нам расходы на гостиницу.", "compensation"),
    ("uk", "Приберіть мій номер зі списку, прошу.", "other"),
    ("tr", "Kırık geldi, sağlam olanını gönderin lütfen, yenisini istiyorum.", "replacement"),
    ("ar", "ارجو ارسال فني لتصليح الغسالة.", "repair"),
    ("zh-Hans", "请派师傅上门把漏水的地方修好。", "repair"),
    ("ja", "なぜ連絡がなかったのか、教えてください。", "explanation"),
    ("ko", "누가 그랬는지 사과해 주세요.", "apology"),
    ("hi", "कृपया हमारे पैसे लौटा दें।", "refund"),
    ("en", "You took it twice, pls put it back.", "refund"),
    ("de", "Könnt ihr bitte die Lampe nochmal losschicken?", "redelivery"),
    ("pl", "Niech kierownik powie córce przepraszam.", "apology"),
    ("bg", "Моля да ни върнете таксата.", "refund"),
    ("ar", "نرجو سداد المبلغ الموضح اعلاه.", "compensation"),
    ("es", "¿Me mandan otra? Les devuelvo la rota mañana.", "replacement"),
    ("ms", "Tolonglah baiki pintu ini.", "repair"),
    ("zh-Hant", "修車的錢能不能補給我？", "compensation"),
    ("de", "Bitte stornieren Sie die Rechnung.", "other"),
    ("tr", "Faturanın iptal edilip doğru bilgilerle yeniden kesilmesini rica ediyoruz.", "other"),
    ("pl", "Proszę anulować fakturę.", "other"),
    ("ru", "Просим отменить счёт.", "other"),
    ("ko", "청구서를 취소해 주세요.", "other"),
    ("de", "Bitte kündigen Sie meinen Vertrag und schicken Sie die letzte Rechnung.", "termination"),
    ("nl", "Kunt u mij laten weten waarom dit gebeurd is?", "explanation"),
)
INFORMING = (
    ("nl", "Ik wilde dit toch even laten weten. Zo ga je niet met andermans spullen om."),
    ("cs", "Jen chci, abyste věděli, že takhle o zákazníky přicházíte."),
    ("pl", "Chcę tylko, żebyście o tym wiedzieli."),
    ("de", "Ich wollte nur, dass Sie das wissen."),
    ("fr", "Je voulais simplement que vous le sachiez."),
    ("ru", "Пишу, чтобы вы знали об этом."),
    ("sv", "Jag ville bara att ni ska veta."),
)


@pytest.mark.parametrize(("language", "text", "wanted"), WISHES)
def test_a_wish_in_other_words_names_its_remedy(language: str, text: str, wanted: str) -> None:
    found = find_wanted(hear(read_claims(text, language)))
    assert wanted == (found.rule if found else None)


@pytest.mark.parametrize(("language", "text"), INFORMING)
def test_who_only_wants_to_have_said_it_asks_for_no_explanation(language: str, text: str) -> None:
    found = find_wanted(hear(read_claims(text, language)))
    assert (found.rule if found else None) is None


def test_words_of_the_story_that_nobody_asks_for_are_no_wishes() -> None:
    text = "The driver brought the table on Monday. He put it in the hall and it was the right one. So much for that."
    assert find_wanted(hear(read_claims(text, "en"))) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('Your clerk wrote: "Please return the lamp and ask for your money back." I did, and nothing came.', None),
        ('On the phone I was told: "Please ask for a refund." Repair it, please.', "repair"),
    ],
)
def test_what_somebody_else_is_quoted_to_ask_is_no_wish_of_the_writer(text: str, wanted: str | None) -> None:
    found = find_wanted(hear(read_claims(text, "en")))
    assert wanted == (found.rule if found else None)


def test_a_language_without_rows_wishes_nothing() -> None:
    assert () == find_wishes("Please bring it.", "xx")
