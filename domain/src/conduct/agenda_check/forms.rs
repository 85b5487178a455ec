//! Forms of a word that its stem does not join: irregular verbs, two spellings of English, German participles.

use super::Language;

/// Verbs whose past forms have other stems: the verb, then those forms.
const ENGLISH: &[&[&str]] = &[
    &["beat", "beaten"],
    &["become", "became"],
    &["begin", "began", "begun"],
    &["bring", "brought"],
    &["build", "built"],
    &["buy", "bought"],
    &["choose", "chose", "chosen"],
    &["come", "came"],
    &["draw", "drew", "drawn"],
    &["drive", "drove", "driven"],
    &["freeze", "froze", "frozen"],
    &["get", "got", "gotten"],
    &["give", "gave", "given"],
    &["go", "went", "gone"],
    &["grow", "grew", "grown"],
    &["hold", "held"],
    &["keep", "kept"],
    &["lose", "lost"],
    &["make", "made"],
    &["meet", "met"],
    &["outsell", "outsold"],
    &["overcome", "overcame"],
    &["pay", "paid"],
    &["prepay", "prepaid"],
    &["resell", "resold"],
    &["ring", "rang", "rung"],
    &["rise", "rose", "risen"],
    &["see", "saw", "seen"],
    &["sell", "sold"],
    &["send", "sent"],
    &["speak", "spoke", "spoken"],
    &["spend", "spent"],
    &["strike", "struck"],
    &["take", "took", "taken"],
    &["tell", "told"],
    &["throw", "threw", "thrown"],
    &["win", "won"],
    &["write", "wrote", "written"],
];

/// `offert` is left out: its stem would be that of `offre`.
const FRENCH: &[&[&str]] = &[
    &["accroître", "accru", "accrue", "accrus", "accrues"],
    &["acquérir", "acquis", "acquise", "acquises", "acquérez", "acquérons"],
    &["conclure", "conclu", "conclue", "conclus", "conclues", "conclut", "concluez", "concluons", "concluant"],
    &["conquérir", "conquis", "conquise", "conquises"],
    &["convaincre", "convaincu", "convaincus", "convainquez", "convainquons", "convaincant"],
    &["convenir", "convenu", "convenue", "convenus", "convenez"],
    &["devenir", "devenu", "devenue", "devenus", "devenez", "devient"],
    &["faire", "fait", "faite", "faits", "faites", "faisons", "faisant", "fera", "ferons"],
    &["obtenir", "obtenu", "obtenue", "obtenus", "obtenues", "obtenez", "obtient", "obtention"],
    &["perdre", "perdu", "perdue", "perdus", "perdues", "perdez"],
    &["prendre", "pris", "prise", "prises", "prenez", "prenons"],
    &["promouvoir", "promu", "promue", "promus", "promues"],
    &["recevoir", "reçu", "reçue", "reçus", "reçues", "recevez", "reçoivent", "reçoit"],
    &["reconduire", "reconduit", "reconduite", "reconduits", "reconduites", "reconduisez"],
    &["réduire", "réduit", "réduite", "réduits", "réduites", "réduisez", "réduisons", "réduisant"],
    &["remettre", "remettez", "remettons"],
    &["répondre", "répondu", "répondez", "répondons"],
    &["souscrire", "souscrit", "souscrite", "souscrits", "souscrites", "souscrivez", "souscrivons", "souscrivant"],
    &["soumettre", "soumis", "soumise", "soumises", "soumettez", "soumettons"],
    &["surenchérir", "surenchérissez"],
    &["vendre", "vendu", "vendue", "vendus", "vendues", "vend", "vends", "vendez", "vendons", "vendent", "vendant"],
];

/// The verb a form belongs to, if its stem does not say so.
pub(super) fn verb(language: Language, form: &str) -> Option<&'static str> {
    let verbs = match language {
        Language::English => ENGLISH,
        Language::French => FRENCH,
        Language::German => &[],
    };
    verbs.iter().find(|verb| verb[1..].contains(&form)).map(|verb| verb[0])
}

/// `organise` and `organisation` as `organize` and `organization`.
pub(super) fn american(word: &str) -> Option<String> {
    const ENDINGS: [&str; 9] = ["ise", "ised", "iser", "isers", "ises", "ising", "isation", "isations", "isable"];
    let ending = ENDINGS.iter().filter(|ending| word.ends_with(**ending)).max_by_key(|ending| ending.len())?;
    let at = word.len() - ending.len();
    (at >= 3).then(|| format!("{}iz{}", &word[..at], &ending[2..]))
}

const SEPARABLE: [&str; 22] = [
    "ab", "an", "auf", "aus", "bei", "durch", "ein", "fest", "frei", "heraus", "los", "mit", "nach", "um", "vor", "weg", "weiter", "zu",
    "zuruck", "zusammen", "uber", "wahr",
];
const PARTICIPLE: [&str; 12] = ["t", "te", "tem", "ten", "ter", "tes", "en", "ene", "enem", "enen", "ener", "enes"];

/// A German participle or infinitive as its verb begins: `angeforderte` and `anzufordern` as `anforder…`, `gekauft` as `kauf…`.
/// The word is without accents.
pub(super) fn without_infix(word: &str) -> Option<String> {
    let long = |rest: &&str| rest.chars().count() >= 4;
    let participle = PARTICIPLE.iter().any(|ending| word.ends_with(ending));
    let without_ge = |word: &'_ str| word.strip_prefix("ge").filter(|_| participle).filter(long).map(str::to_owned);
    let without_zu = |word: &'_ str| word.strip_prefix("zu").filter(|_| word.ends_with('n')).filter(long).map(str::to_owned);
    without_ge(word).or_else(|| {
        SEPARABLE.iter().find_map(|prefix| {
            let rest = word.strip_prefix(prefix)?;
            Some(format!("{prefix}{}", without_ge(rest).or_else(|| without_zu(rest))?))
        })
    })
}
