use proptest::prelude::*;

use super::*;

/// Sentences of the kind agendas hold, in which the words of selling are about something else.
const INNOCENT: &str = include_str!("innocent.txt");

fn list(language: Language, terms: &str) -> TermList {
    TermList::parse(language, terms).unwrap()
}

/// The phrases an English list finds.
fn phrases(terms: &str, text: &str) -> Vec<String> {
    phrases_in(Language::English, terms, text)
}

fn phrases_in(language: Language, terms: &str, text: &str) -> Vec<String> {
    find(text, &[list(language, terms)]).into_iter().map(|finding| finding.phrase).collect()
}

fn house(text: &str) -> Vec<Finding> {
    find(text, TermList::every_house())
}

#[test]
fn each_sign_of_the_term_language() {
    for (terms, text, expect) in [
        ("price", "The prices, the price; overpriced", &["prices", "price"][..]),
        ("=price", "The prices, the price", &["price"]),
        ("\"price\"", "The prices, the price", &["price"]),
        ("“price”", "The prices, the price", &["price"]),
        ("price list", "A list of prices. Our price list", &["price list"]),
        ("price|rate card", "Rate cards and price cards", &["Rate cards", "price cards"]),
        ("our? card", "our card, a card", &["our card", "card"]),
        ("buy ~ now", "buy now, buy it now, buy two of them now", &["buy now", "buy it now"]),
        ("buy ~5 now", "buy two of these fine ones now", &["buy two of these fine ones now"]),
        ("*bate*", "rebates, debate, abatement", &["rebates", "debate", "abatement"]),
        ("reb*", "rebates, a debate", &["rebates"]),
        ("*bate", "a rebate, rebates", &["rebate"]),
        ("save 9 %", "save 20 % or save 1,5% or save some", &["save 20 %", "save 1,5%"]),
        ("@deal = deal|offer|up-sell\nbest @deal", "Best offers, best up-sell, best friends", &["Best offers", "best up-sell"]),
        ("up-sell", "Up-sell, up sell, UpSell, upsell", &["Up-sell", "up sell", "UpSell"]),
        ("# price\n\n  \nrate", "price and rate", &["rate"]),
        ("price list", "That is the price. List it.", &[]),
        ("price list", "the price\n\nlist", &[]),
        ("price list", "the price\r\nlist", &["price\r\nlist"]),
    ] {
        assert_eq!(phrases(terms, text), expect, "{terms} in {text}");
    }
}

#[test]
fn an_innocent_context_silences_what_it_touches_unless_that_is_longer() {
    for (terms, text, expect) in [
        ("discount\nnot discount rate", "discount rates and a discount", &["discount"][..]),
        ("pricing model\nnot carbon pricing", "a carbon pricing model", &[]),
        ("our pricing model\nnot carbon pricing", "our pricing model", &["our pricing model"]),
        ("volume discount offer\nnot discount offer", "volume discount offer", &["volume discount offer"]),
    ] {
        assert_eq!(phrases(terms, text), expect, "{terms} in {text}");
    }
}

#[test]
fn the_most_severe_then_the_longest_stands() {
    let found = find("our price list", &[list(Language::English, "price list\nour price ! block\nour price list ! warn")]);
    let expect = Finding { term: "our price ! block".into(), severity: Severity::Block, phrase: "our price".into(), start: 0, end: 9 };
    assert_eq!(found, [expect]);
    let found = find("our price list", &[list(Language::English, "price list\nour price\nour price list")]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].phrase.as_str(), found[0].severity), ("our price list", Severity::Warn));
}

#[test]
fn german_words_are_found_however_they_are_typed() {
    for text in
        ["Vertragsverlängerung", "VERTRAGSVERLÄNGERUNGEN", "Vertragsverlaengerung", "Vertragsverla\u{308}ngerung", "vertragsverlängerung"]
    {
        assert_eq!(phrases_in(Language::German, "vertragsverläng*", text), [text]);
    }
    assert_eq!(phrases_in(Language::German, "*rabatt*", "Mengenrabatte und Rabattcodes"), ["Mengenrabatte", "Rabattcodes"]);
}

#[test]
fn elided_words_do_not_count() {
    assert_eq!(phrases_in(Language::French, "bon achat", "un bon d’achat, un bon d'achat"), ["bon d’achat", "bon d'achat"]);
    assert_eq!(phrases("we offer", "we'll offer"), ["we'll offer"]);
}

#[test]
fn forms_no_stem_joins_are_one_word() {
    for (language, term, text) in [
        (Language::English, "sell", "we sold it"),
        (Language::English, "chosen", "why they choose it"),
        (Language::English, "personalised", "a personalized page"),
        (Language::English, "organization", "your organisation"),
        (Language::French, "vendre", "les lots vendus"),
        (Language::French, "conclure", "une affaire conclue"),
        (Language::German, "anforder*", "die angeforderte Liste"),
        (Language::German, "anforder*", "ohne sie anzufordern"),
        (Language::German, "kauf*", "gekaufte Ware"),
    ] {
        assert_eq!(phrases_in(language, term, text).len(), 1, "{term} in {text}");
    }
    assert_eq!(phrases_in(Language::German, "ben*|bühr*", "geben, Gebühr"), [""; 0]);
}

#[test]
fn no_term_reaches_across_a_colon() {
    assert_eq!(phrases("volume discount\nnot discount what", "Volume discount: what we learned"), ["Volume discount"]);
    assert_eq!(phrases("price list", "The price: list"), [""; 0]);
    assert_eq!(phrases("price list", "price:list"), ["price:list"]);
}

#[test]
fn what_hides_a_phrase_is_seen_through() {
    for text in [
        "volume discount",
        "VOLUME DISCOUNTS",
        "Volume Discount!",
        "“volume discount”",
        "(volume) [discount]",
        "**volume** _discount_",
        "vol**ume** dis*count*s",
        "volume\ndiscount",
        "volume\u{a0}discount",
        "volume-discount",
        "volume – discount",
        "vol\u{ad}ume dis\u{ad}count",
        "Volume_Discounts_v2.pptx",
        "VolumeDiscounts2027.pdf",
        "ｖｏｌｕｍｅ discount",
    ] {
        assert_eq!(phrases("volume discount", text).len(), 1, "{text}");
    }
    assert_eq!(phrases("office offer", "oﬃce oﬀer"), ["oﬃce oﬀer"]);
}

#[test]
fn a_line_that_cannot_be_read_is_refused_with_what_to_do() {
    for (terms, line, hint) in [
        ("price\n~ price", "Line 2 (~ price): ", "between two words"),
        ("price ~", "Line 1 (price ~): ", "between two words"),
        ("buy ~99 now", "Line 1 (buy ~99 now): ", "~1 to ~8"),
        ("price ! loud", "Line 1 (price ! loud): ", "! warn or ! block"),
        ("price !", "Line 1 (price !): ", "! warn or ! block"),
        ("not price ! warn", "Line 1 (not price ! warn): ", "take the ! away"),
        ("@our price", "Line 1 (@our price): ", "add a line @our = "),
        ("@a = b\n@a = c", "Line 2 (@a = c): ", "already named"),
        ("@a b = c", "Line 1 (@a b = c): ", "letters only"),
        ("our? price?", "Line 1 (our? price?): ", "without a ?"),
        ("a|", "Line 1 (a|): ", "holds no word"),
        ("&", "Line 1 (&): ", "holds no word"),
        ("*ab*", "Line 1 (*ab*): ", "three letters"),
        ("ra*batt", "Line 1 (ra*batt): ", "beginning or the end"),
        ("\"price", "Line 1 (\"price): ", "second \""),
        ("a b c d e f g h i j k l m n o p q", "Line 1 (a b c d e f g h i j k l m n o p q): ", "at most 16"),
    ] {
        let refusal = TermList::parse(Language::English, terms).unwrap_err();
        assert_eq!(refusal.field, "terms");
        assert!(refusal.sentence.starts_with(line), "{}", refusal.sentence);
        assert!(refusal.sentence.contains(hint), "{}", refusal.sentence);
    }
}

#[test]
fn the_shipped_lists_are_read() {
    for &language in Language::ALL {
        let list = TermList::house(language);
        assert_eq!(list.language(), language);
        assert!(list.count() > 100, "{language}: {}", list.count());
    }
}

#[test]
fn innocent_sentences_raise_no_alarm() {
    assert!(INNOCENT.lines().count() >= 400);
    for sentence in INNOCENT.lines() {
        assert_eq!(house(sentence), Vec::<Finding>::new(), "{sentence}");
    }
}

#[test]
fn selling_is_found() {
    for phrase in SELLING.lines() {
        for text in [
            phrase.to_owned(),
            phrase.to_uppercase(),
            format!("({phrase})!"),
            phrase.replace(' ', "\n"),
            phrase.replace(' ', "_") + "_v2.pptx",
        ] {
            assert_ne!(house(&text), Vec::<Finding>::new(), "{text}");
        }
    }
}

const SELLING: &str = "\
volume discount
closing the deal
limited time offer
license fees
talk to our sales team
price list
discount code
cross-selling campaign
qualified leads
gift voucher
budget for our product
place an order
extend the licence
per user per month
live product demonstration
early bird price
make an offer
account review
meet your account executive
closing techniques
20% off
half price
rebate program
price negotiation
quote for additional licences
commercial proposal
multi-year agreement
upgrade to premium
buying signals
year-end budget
return on investment calculator
lead generation
sales target
sales call
unique selling proposition
why choose us
new product launch
visit our booth
for sale
last chance to buy
free consultation
schedule a call with sales
payment plan
volume commitment
land and expand
vendor selection
referral bonus
exclusive deal
sealing the deal
paid pilot
package deal
service contract
additional seats
pricing model
binding quote
sales quote
proposal for your company
renewal quote
upsold
reduced price
trial licence
demos of our product
coupon code
RFQ
winning the bid
pipeline generation
new prospects
follow-up with leads
commercial terms
purchasing our licences
selling more to customers
summer promotion
price per seat
subscription fee
add-on sale
guaranteed savings
TCO analysis
contact your representative today
sales conversation
order confirmation
spend your remaining budget
close more deals
subscribe now
sponsored pitch
customer acquisition
price match
Mengenrabatt
Angebot anfordern
Lizenzgebühren
jetzt bestellen
kostenlos testen
Vertriebsteam
Sonderangebot
Rahmenvertrag
Abschluss des Vertrags
Kostenvoranschlag
sparen Sie jetzt
unser bester Preis
Neukundengewinnung
Upselling
Verkaufschancen
qualifizierte Leads
Bestellformular
Abonnement abschließen
zusätzliche Lizenzen
ROI-Rechner
Amortisationsrechnung
Budget für unsere Lösung
sprechen Sie mit unserem Vertrieb
Beratungstermin buchen
Produktkatalog
Skonto
Geld-zurück-Garantie
Deal abschließen
Jahresgespräch mit Großkunden
zum Vorzugspreis
Lizenzmodell
Probeabo
Werbeveranstaltung
Angebot gilt bis Freitag
Volumenlizenz
fordern Sie ein Angebot an
remise sur volume
offre spéciale
meilleur prix
nos tarifs
démonstration produit
bon de commande
achetez maintenant
renouveler votre abonnement
négociation commerciale
équipe commerciale
rendez-vous commercial
génération de leads
montée en gamme
code promo
20 % de réduction
soldes
offre promotionnelle
proposition tarifaire
licences supplémentaires
abonnement annuel
satisfait ou remboursé
dernière chance de profiter
nos nouveaux produits
catalogue de produits
objectifs de vente
tunnel de vente
coût total de possession
votre budget
conditions générales de vente
prix par utilisateur
geste commercial
carte de fidélité
passez à la version premium
panier d'achat
pourquoi nous choisir
tacite reconduction
offre personnalisée
prix négociés";

#[test]
fn a_phrase_is_shown_between_whole_words() {
    let text = "We meet on Monday.\nTake our price list from the desk, please.";
    let found = &house(text)[0];
    assert_eq!(found.phrase, "our price list");
    let quote = |around| quoted(text, found, around);
    assert_eq!(quote(100), ("We meet on Monday. Take ".into(), "our price list".into(), " from the desk, please.".into()));
    assert_eq!(quote(10), ("… Take ".into(), "our price list".into(), " from the …".into()));
    assert_eq!(quote(0), ("… ".into(), "our price list".into(), " …".into()));
}

#[test]
fn a_dismissal_is_remembered_by_place_and_words() {
    assert_eq!(key("Title ", "Volume **Discounts**"), "title: volume discounts");
    assert_eq!(key("title", "VOLUME_DISCOUNTS"), key("Title", "volume\u{a0}discounts!"));
    assert_ne!(key("title", "volume discount"), key("abstract", "volume discount"));
    assert_ne!(key("title", "volume discount"), key("title", "bulk discount"));
    assert_eq!(key("title", " … "), "title: …");
}

fn holds(text: &str) {
    let mut last = 0;
    for finding in house(text) {
        assert!(last <= finding.start && finding.start < finding.end, "{text:?}");
        assert_eq!(text.get(finding.start..finding.end), Some(finding.phrase.as_str()));
        let _ = quoted(text, &finding, 12);
        last = finding.end;
    }
}

#[test]
fn strange_texts_are_read() {
    for text in [
        "",
        "*",
        "'",
        "s's's",
        "***a",
        "a***",
        "\u{ad}",
        "\u{301}\u{301}",
        "9.",
        "9.,9",
        "%",
        "İİ ß ﬃ",
        "👩‍👩‍👧 price list 🎉",
        "price\u{200b}list",
        "..!?",
    ] {
        holds(text);
    }
    holds(&"price list ".repeat(3_000));
    holds(&"a".repeat(50_000));
}

proptest! {
    #[test]
    fn findings_point_at_their_words(text in "\\PC{0,80}") {
        holds(&text);
    }

    #[test]
    fn findings_among_sales_words_point_at_their_words(text in "((our|price|list|Rabatt|remise|discounts|\\*\\*|_|\u{ad}|’s|ﬁ|9|%|É| |-|\n){1,3}){0,20}") {
        holds(&text);
    }

    #[test]
    fn any_list_is_read_or_refused(terms in "([a-z~@=|?!*\"# 9\n]|not |warn){0,40}") {
        if let Ok(list) = TermList::parse(Language::German, &terms) {
            let _ = find("our price list for a demo", &[list]);
        }
    }
}
