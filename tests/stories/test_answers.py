"""What customers answer in words is taken for what it says, and only when it says it (policy §6, M17, M18, M29)."""

import pytest

from cases import events as e
from cases.message import Proof
from tests.stories.lives import lived
from tests.stories.telling import Story, shipped

ANSWERS = shipped().answers
NAMES = ("Ana Schmidt", "ana.schmidt")

# language, words, what they say; "?" behind it: it might be, but a person has to read it
TABLE = (
    ("en", "I agree.", "yes"),
    ("en", "Yes, that's fine with me. Thank you!", "yes"),
    ("en", "Hello Mr Rossi,\n\nagreed, please go ahead.\n\nKind regards\nAna Schmidt\n+49 40 1234", "yes"),
    ("en", "No problem.", "yes"),
    ("en", "OK 👍", "yes"),
    ("en", "Yes, if you also refund the shipping.", "yes?"),
    ("en", "I agree, but only under protest", "yes?"),
    ("en", "Agreed, otherwise I call my lawyer", "yes?"),
    ("en", "Agreed?", "yes?"),
    ("en", "No, not acceptable.", "no"),
    ("en", "I do not agree. You only offered 50 EUR and the machine cost 800.", "no"),
    ("en", "No, I still have to think about it.", "no?"),
    ("en", "No, that is fine.", ""),
    ("en", "No reason to refuse", ""),
    ("en", "I would agree", ""),
    ("en", "Thank you very much", ""),
    ("en", "Not satisfied.", "unsatisfied"),
    ("en", "not satisfied at all", "not_at_all"),
    ("en", "Very satisfied, thank you.", "very_satisfied"),
    ("en", "Not satisfied. Nobody called me back.", "unsatisfied"),
    ("en", "I was satisfied until it broke again", ""),
    ("de", "Ja, einverstanden.\n\nAna Schmidt", "yes"),
    ("de", "Sehr geehrter Herr Rossi, das geht in Ordnung. Mit freundlichen Grüßen, Ana Schmidt", "yes"),
    ("de", "Ja, aber nur wenn Sie auch die Kosten erstatten.", "yes?"),
    ("de", "Damit bin ich nicht einverstanden!", "no"),
    ("de", "Nein, ich muss noch überlegen.", "no?"),
    ("de", "Ich lehne ab. Der Schaden ist viel höher.", "no"),
    ("de", "gar nicht zufrieden", "not_at_all"),
    ("fr", "D’accord, merci beaucoup.", "yes"),
    ("fr", "Oui, à condition que vous remboursiez les frais.", "yes?"),
    ("fr", "Je ne suis pas d'accord avec votre proposition.", "no"),
    ("fr", "Non, ce n'est pas acceptable.", "no"),
    ("es", "Sí, estoy de acuerdo con su propuesta. Muchas gracias.", "yes"),
    ("es", "No acepto. Es muy poco.", "no"),
    ("es", "No estoy de acuerdo.", "no"),
    ("it", "Va bene, accetto la vostra proposta.", "yes"),
    ("it", "Non accetto.", "no"),
    ("pt", "Concordo. Obrigada!", "yes"),
    ("pt", "Não concordo.", "no"),
    ("nl", "Ik ga akkoord met uw voorstel.", "yes"),
    ("nl", "Daar ga ik niet mee akkoord.", "no"),
    ("sv", "Ja tack, det går bra.", "yes"),
    ("sv", "Jag accepterar inte detta.", "no"),
    ("da", "Det er i orden, tak.", "yes"),
    ("da", "Det er ikke i orden.", "no"),
    ("nb", "Jeg godtar forslaget.", "yes"),
    ("nb", "Jeg godtar ikke dette.", "no"),
    ("fi", "Hyväksyn ehdotuksenne. Kiitos.", "yes"),
    ("fi", "En hyväksy tätä.", "no"),
    ("pl", "Zgadzam się, dziękuję.", "yes"),
    ("pl", "Nie zgadzam się na to.", "no"),
    ("pl", "Nie mam zastrzeżeń", "yes"),
    ("cs", "Souhlasím s vaším návrhem.", "yes"),
    ("cs", "Nesouhlasím, to nestačí.", "no"),
    ("sk", "Súhlasím. Ďakujem.", "yes"),
    ("sk", "Neprijímam váš návrh.", "no"),
    ("hu", "Elfogadom a javaslatot, köszönöm.", "yes"),
    ("hu", "Nem értek egyet.", "no"),
    ("ro", "Sunt de acord. Mulțumesc!", "yes"),
    ("ro", "Nu accept.", "no"),
    ("bg", "Съгласен съм с предложението.", "yes"),
    ("bg", "Не съм съгласна.", "no"),
    ("el", "Ναι, συμφωνώ. Ευχαριστώ πολύ.", "yes"),
    ("el", "Δεν συμφωνώ.", "no"),
    ("el", "Συμφωνώ;", "yes?"),
    ("ru", "Да, согласна. Спасибо.", "yes"),
    ("ru", "Нет, меня это не устраивает.", "no"),
    ("ru", "Не возражаю", "yes"),
    ("uk", "Так, погоджуюсь.", "yes"),
    ("uk", "Ні, не згоден.", "no"),
    ("tr", "Evet, kabul ediyorum. Teşekkürler.", "yes"),
    ("tr", "KABUL ETMİYORUM", "no"),
    ("ar", "نعم، أوافق. شكراً جزيلاً.", "yes"),
    ("ar", "لا أوافق على العرض.", "no"),
    ("ar", "أوافق بشرط إعادة المبلغ", ""),
    ("he", "אני מסכימה להצעה, תודה.", "yes"),
    ("he", "לא מקובל עליי", "no"),
    ("fa", "با پیشنهاد شما موافقم. ممنون", "yes"),
    ("fa", "نمی‌پذیرم", "no"),
    ("hi", "हाँ, मैं सहमत हूँ। धन्यवाद", "yes"),
    ("hi", "मैं सहमत नहीं हूँ।", "no"),
    ("zh-Hans", "好的，我同意，谢谢！", "yes"),
    ("zh-Hans", "没有问题", "yes"),
    ("zh-Hans", "同意，但必须同时退还运费。", "yes?"),
    ("zh-Hans", "我不同意，赔偿太低。", "no"),
    ("zh-Hans", "不太满意", "unsatisfied"),
    ("zh-Hans", "同意个鬼", ""),
    ("zh-Hant", "我們同意，謝謝。", "yes"),
    ("zh-Hant", "無法接受", "no"),
    ("ja", "はい、ご提案に同意します。よろしくお願いします。", "yes"),
    ("ja", "同意できません。", "no"),
    ("ja", "大変不満です。", "not_at_all"),
    ("ko", "네, 동의합니다. 감사합니다.", "yes"),
    ("ko", "동의하지 않습니다.", "no"),
    ("vi", "Tôi đồng ý với đề xuất. Cảm ơn.", "yes"),
    ("vi", "toi khong dong y", "no"),
    ("th", "ตกลงค่ะ ขอบคุณค่ะ", "yes"),
    ("th", "ไม่เห็นด้วย", "no"),
    ("th", "ไม่ได้", ""),
    ("id", "Saya setuju. Terima kasih.", "yes"),
    ("id", "Saya tidak setuju dengan usulan Anda.", "no"),
    ("ms", "Saya bersetuju dengan cadangan anda.", "yes"),
    ("ms", "Saya tidak berpuas hati.", "unsatisfied"),
    ("hr", "Slažem se s vašim prijedlogom.", "yes"),
    ("hr", "Ne slažem se.", "no"),
    ("sr", "Ne prihvatam vaš predlog.", "no"),
    ("no", "Nei takk", "no"),
    ("xx", "I accept.", "yes"),
)


@pytest.mark.parametrize(("language", "words", "says"), TABLE)
def test_words_say_yes_or_no_or_how_satisfied_or_nothing_that_is_clear(language: str, words: str, says: str) -> None:
    said = ANSWERS.said(words, [language], NAMES)
    assert (says.rstrip("?"), bool(says) and not says.endswith("?")) == (said.what, said.clear)


def test_so_many_languages_have_their_own_words() -> None:
    wanted = {"yes", "no", "very_satisfied", "satisfied", "partly_satisfied", "unsatisfied", "not_at_all"}
    assert 40 == len([tag for tag, rules in ANSWERS.phrases.items() if wanted <= rules.keys()])


@pytest.mark.parametrize("tag", sorted(ANSWERS.phrases))
def test_every_phrase_of_a_table_is_read_as_its_rule_says(tag: str) -> None:
    """So that no two phrases of a language contradict each other, and none is lost by folding."""
    told = {"yes", "no", "very_satisfied", "satisfied", "partly_satisfied", "unsatisfied", "not_at_all"}
    for rule in told & ANSWERS.phrases[tag].keys():
        for phrase in ANSWERS.phrases[tag][rule]:
            said = ANSWERS.said(phrase, [tag])
            assert said.clear, phrase
            assert rule == said.what or {rule, said.what} <= {"yes", "very_satisfied", "satisfied"}, phrase


@pytest.mark.parametrize(
    ("language", "words", "points"),
    [
        ("en", "5 of 5", 5),
        ("de", "4 von 5 Sternen", 4),
        ("de", "2 von 5 Paketen fehlen", 0),
        ("en", "10/10", 0),
        ("ru", "3 из 5", 3),
        ("zh-Hans", "5分", 5),
        ("en", "★★★☆☆", 3),
        ("en", "⭐⭐⭐⭐⭐", 5),
        ("en", "2 days 5 hours", 0),
    ],
)
def test_a_number_of_points(language: str, words: str, points: int) -> None:
    assert points == ANSWERS.rating(words, [language])


def offered(grade: str = "general") -> Story:
    case = lived(Story(grade), until="agree")
    case.letters()
    return case


class TestProposal:
    def test_a_yes_agrees_and_the_handler_hears_as_what_it_was_taken(self) -> None:
        case = offered()
        case.customer_writes("Ja, einverstanden. Vielen Dank!", answering="proposal")
        (agreed,) = case.happened("CustomerAgreed")
        assert isinstance(agreed, e.CustomerAgreed)
        assert ("Ja, einverstanden. Vielen Dank!", "message:2", 2) == (agreed.text, agreed.by, agreed.raw)
        assert case.owes("agree") is None
        assert ["follow-up to rossi"] == case.letters()
        assert "agreed" == case.shown("follow-up")["taken"]

    def test_a_no_makes_another_proposal_due(self) -> None:
        case = offered("important")
        case.customer_writes("Nein, damit bin ich nicht einverstanden. Ich will 500 EUR.", answering="proposal")
        assert {"CustomerDeclined"} == {event.kind for event in case.happened("CustomerDeclined")}
        assert case.owes("propose") is not None
        assert ["follow-up to rossi"] == case.letters()
        assert "declined" == case.shown("follow-up")["taken"]

    @pytest.mark.parametrize("words", ["Ja, aber nur mit 500 EUR.", "Ja?", "Was genau heißt das?"])
    def test_a_conditional_yes_is_for_a_person_to_read(self, words: str) -> None:
        case = offered()
        case.customer_writes(words, answering="proposal")
        assert [] == case.happened("CustomerAgreed") + case.happened("CustomerDeclined")
        assert case.owes("agree") is not None
        shown = case.shown("follow-up")
        assert ("", "agreed" if words.startswith("Ja") else "") == (shown["taken"], shown["suggests"])

    def test_an_unproven_yes_counts_for_nothing(self) -> None:
        case = offered()
        case.customer_writes("Ja, einverstanden.", answering="proposal", proof=Proof.UNPROVEN)
        assert [] == case.happened("CustomerAgreed")
        assert "agreed" == case.shown("follow-up")["suggests"]

    def test_a_yes_to_another_letter_agrees_to_nothing(self) -> None:
        case = offered()
        case.customer_writes("Ja, einverstanden.", answering="acknowledgement")
        assert [] == case.happened("CustomerAgreed")

    def test_a_late_yes_to_an_earlier_proposal_agrees_to_nothing(self) -> None:
        case = offered()
        case.until("Fri 6 Nov 12:00")
        first = next(letter for letter, _ in case.left if letter.letter == "proposal")
        case.does("rossi", "offer: Wir senden ein neues Paket, sonst nichts.")
        case.until("Fri 6 Nov 13:00")
        case.left.append((first, case.now))  # it is the old letter that they answer
        case.customer_writes("Ja, einverstanden.", answering="proposal")
        assert [] == case.happened("CustomerAgreed")

    def test_what_was_taken_wrongly_is_put_right_by_the_handler(self) -> None:
        case = offered("important")
        case.customer_writes("Nein, nicht einverstanden.", answering="proposal")
        case.does("rossi", "agreed: she meant the first offer", "resolve: sent")
        assert case.owes("propose") is None
        other = offered()
        other.customer_writes("Ja, gerne.", answering="proposal")
        other.does("rossi", "declined: a slip, she wants 500 EUR")
        assert other.owes("propose") is not None


class TestResult:
    def test_a_yes_confirms_and_opens_nothing_again(self) -> None:
        for grade in ("general", "major"):
            case = lived(Story(grade), until="close")
            case.until("Tue 10 Nov 14:00")
            case.customer_writes("Ja, einverstanden. Danke!", answering="result")
            assert ("resolved", 1) == (case.case.status, len(case.happened("CustomerConfirmed")))
            assert case.owes("read_answer") is None

    def test_a_no_is_read_by_a_person(self) -> None:
        case = lived(Story("major"), until="close")
        case.until("Tue 10 Nov 14:00")
        case.customer_writes("Nein, damit bin ich nicht einverstanden.", answering="result")
        assert ("resolved", "reopen") == (case.case.status, case.shown("follow-up")["suggests"])
        assert case.owes("read_answer") is not None


class TestSatisfaction:
    @pytest.mark.parametrize(
        ("words", "score"),
        [
            ("Sehr zufrieden, vielen Dank!", 5),
            ("Ja.", 4),
            ("Teilweise zufrieden", 3),
            ("Nicht zufrieden. Niemand hat angerufen.", 2),
            ("überhaupt nicht zufrieden", 1),
            ("5 von 5 Sternen", 5),
        ],
    )
    def test_words_are_a_rating_as_well(self, words: str, score: int) -> None:
        case = lived(Story("general"), without=("close",))
        case.until("Tue 10 Nov 15:00")
        case.customer_writes(words, answering="satisfaction")
        assert (score, "closed" if score >= 4 else "resolved") == (case.case.score, case.case.status)
        assert case.owes("read_answer") is None
        assert (score <= 2) is (case.owes("review") is not None)

    def test_a_rating_that_was_taken_wrongly_is_put_right_and_so_is_its_review(self) -> None:
        case = lived(Story("general"), without=("close",))
        case.until("Tue 10 Nov 15:00")
        case.customer_writes("Nicht zufrieden.", answering="satisfaction")
        assert case.owes("review") is not None
        case.does("rossi", "satisfied 4: she spoke of the carrier")
        assert (4, None) == (case.case.score, case.owes("review"))
