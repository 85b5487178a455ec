//! The words of every mail. One function a kind; each becomes the same letter, as HTML and as text.

use app::desk::{App, Rendered};
use domain::advocacy::amplification::{Act, State as TaskState};
use domain::advocacy::consent::Channel;
use domain::calendar::{self, Mailbox, Removal};
use domain::conduct::acknowledgement::Duty;
use domain::registration::proof::{CODE_MINUTES, Step};
use domain::time::{Zone, words};
use store::outbox::{CalendarEvent, CohortFacts, Mail, Message, Secret};

use crate::mail::letter::{Block, Letter};
use crate::web::calendars;

/// What stands in place of a personal link when somebody else reads the mail.
const HIDDEN: &str = "hidden-from-everybody-but-its-reader";

/// As its reader gets it: with its links, and with the agenda for those that carry one.
#[must_use]
pub fn for_sending(app: &App, mail: &Mail, agenda: Option<String>) -> Rendered {
    render(app, mail, mail.secret.clone().unwrap_or_default(), agenda)
}

/// As the outbox shows it to staff: every personal link is replaced, before and after it has left.
#[must_use]
pub fn for_reading(app: &App, mail: &Mail) -> Rendered {
    render(app, mail, Secret { link: Some(HIDDEN.to_owned()), feed: Some(HIDDEN.to_owned()) }, None)
}

/// The parts of one mail, before it is set as a letter.
struct Words {
    preheader: String,
    greeting: String,
    paragraphs: Vec<Block>,
    button: Option<(String, String)>,
    after: Vec<Block>,
    signature: Option<String>,
    why: String,
    calendar: Option<(Option<String>, String)>,
}

fn render(app: &App, mail: &Mail, secret: Secret, agenda: Option<String>) -> Rendered {
    let words = words_of(app, mail, &secret, agenda);
    let letter = Letter {
        host: &app.host.name,
        accent: &app.host.accent,
        subject: &mail.subject,
        preheader: &words.preheader,
        greeting: &words.greeting,
        paragraphs: words.paragraphs,
        button: words.button,
        after: words.after,
        signature: words.signature,
        why: &words.why,
    };
    Rendered { subject: mail.subject.clone(), text: letter.text(), html: letter.html(), calendar: words.calendar }
}

fn words_of(app: &App, mail: &Mail, secret: &Secret, agenda: Option<String>) -> Words {
    let base = &app.host.base_url;
    let token = secret.link.as_deref().unwrap_or(HIDDEN);
    let to = |path: &str| format!("{base}/{path}/{token}");
    match &mail.message {
        Message::StaffWelcome { name } => Words {
            preheader: format!("Your account at {} is ready.", app.host.name),
            button: Some(("Choose my password".to_owned(), to("welcome"))),
            why: format!(
                "You get this because an admin of {} made an account for this address. The link works once, for {} days.",
                app.host.name,
                store::staff::WELCOME_DAYS
            ),
            ..plain(name, vec![text(format!("An account of yours at {} is ready. Choose a password and you are in.", app.host.name))])
        },
        Message::Delegation { lead, company, cohort, seats, reply_by, reminder } => {
            let until = moment(&cohort.zone, *reply_by);
            let opening = if *reminder {
                format!("The seats held for {company} are waiting for names until {until}.")
            } else {
                let held = if *seats == 1 { "One seat is".to_owned() } else { format!("{seats} seats are") };
                format!(
                    "{held} held for {company} in “{}”, to learn with senior people from other companies. Nothing is for sale.",
                    cohort.program
                )
            };
            Words {
                preheader: format!("Name your colleagues until {until}."),
                button: Some(("Name my colleagues".to_owned(), to("d"))),
                after: vec![text(
                    "Each colleague you name gets a personal invitation from us. Other companies learn that yours takes part; they see a name only once that person has accepted.",
                )],
                signature: Some(signature(cohort)),
                why: format!(
                    "You get this because {} asks you to choose who comes from {company}. The link is yours; please do not pass it on.",
                    app.host.name
                ),
                ..plain(
                    lead,
                    vec![text(opening), facts(cohort, vec![("Seats".to_owned(), seats.to_string()), ("Reply by".to_owned(), until)])],
                )
            }
        }
        Message::Invitation { name, company, cohort, letter, held_until, zone, reminder, from_colleague } => {
            let until = moment(zone, *held_until);
            let opening = match (from_colleague, reminder) {
                (Some(colleague), _) => format!("{colleague} passes a seat in “{}” on to you.", cohort.program),
                (None, true) => format!("Your seat in “{}” is still held for you. A short answer helps everybody.", cohort.program),
                (None, false) => format!(
                    "A seat for {company} in “{}” is held in your name. Nothing is for sale: that is a rule, and we keep it.",
                    cohort.program
                ),
            };
            let mut paragraphs = vec![text(opening)];
            paragraphs.extend(letter.split("\n\n").filter(|part| !part.trim().is_empty()).map(|part| text(part.trim())));
            paragraphs.push(facts(cohort, vec![("Your seat".to_owned(), format!("Held for you until {until}"))]));
            Words {
                preheader: format!("{}, {}. Held for you until {until}.", cohort.dates, cohort.venue),
                button: Some(("Read and answer".to_owned(), to("i"))),
                after: vec![text("Accept, send a colleague instead, or decline: each takes a minute, and no account is needed.")],
                signature: Some(signature(cohort)),
                why: format!(
                    "You get this because {} named you to {}. The link is yours alone; please do not pass it on.",
                    from_colleague.as_deref().unwrap_or("your company"),
                    app.host.name
                ),
                ..plain(name, paragraphs)
            }
        }
        Message::Accepted { name, cohort, .. } => {
            let feed = secret.feed.as_deref().unwrap_or(HIDDEN);
            Words {
                preheader: format!("{}, {}. Choose your sessions.", cohort.dates, cohort.venue),
                button: Some(("Choose my sessions".to_owned(), to("i"))),
                after: vec![
                    text(format!(
                        "{}To have your week in your calendar and kept up to date, subscribe to your private link:",
                        if agenda.is_some() { "Your agenda so far is attached. " } else { "" }
                    )),
                    Block::Link { label: "My private calendar".to_owned(), url: format!("{base}/cal/{feed}.ics") },
                    text("Whoever has this link can see your agenda, so keep it to yourself. You can replace it at any time."),
                ],
                signature: Some(signature(cohort)),
                why: why_coming(app),
                calendar: agenda.map(|agenda| (None, agenda)),
                ..plain(
                    name,
                    vec![text(format!("Your seat in “{}” is confirmed. We look forward to you.", cohort.program)), facts(cohort, vec![])],
                )
            }
        }
        Message::Withdrawn { name, cohort } => Words {
            preheader: "Your seat is given back.".to_owned(),
            signature: Some(signature(cohort)),
            why: why_coming(app),
            ..plain(
                name,
                vec![
                    text(format!(
                        "You gave your seat in “{}” back, and your private calendar link no longer works. Entries you saved yourself stay until you delete them.",
                        cohort.program
                    )),
                    text("If this was a mistake, answer this mail: we are glad to look for a seat."),
                ],
            )
        },
        Message::SessionChanged { name, cohort, changes, event } => Words {
            preheader: changes.join(" "),
            button: Some(("See my week".to_owned(), to("i"))),
            after: vec![text("The calendar entry attached replaces the one you have.")],
            signature: Some(signature(cohort)),
            why: why_session(app),
            calendar: Some((
                Some("REQUEST".to_owned()),
                calendar::request(
                    &calendars::publisher(app),
                    &organizer(app),
                    &attendee(mail),
                    &calendars::event(event, base),
                    mail.created_at,
                ),
            )),
            ..plain(name, vec![text(format!("“{}” has changed. {}", event.title, changes.join(" "))), session_facts(event)])
        },
        Message::SessionCancelled { name, cohort, event } => Words {
            preheader: format!("“{}” is cancelled.", event.title),
            button: Some(("See my week".to_owned(), to("i"))),
            after: vec![text("The calendar entry attached takes it out of your calendar.")],
            signature: Some(signature(cohort)),
            why: why_session(app),
            calendar: Some((
                Some("CANCEL".to_owned()),
                calendar::cancel(
                    &calendars::publisher(app),
                    &organizer(app),
                    &attendee(mail),
                    &calendars::event(event, base),
                    Removal::Session,
                    mail.created_at,
                ),
            )),
            ..plain(
                name,
                vec![
                    text(format!("“{}” is cancelled. Your time is free, and you may choose another session.", event.title)),
                    session_facts(event),
                ],
            )
        },
        Message::SeatOffered { name, cohort, session, when, until, zone } => {
            let until = moment(zone, *until);
            Words {
                preheader: format!("Held for you until {until}."),
                button: Some(("Take the seat".to_owned(), to("i"))),
                after: vec![text("If you do not answer until then, or pass it on, the next person waiting is asked.")],
                signature: Some(signature(cohort)),
                why: "You get this because you joined the waitlist of this session.".to_owned(),
                ..plain(
                    name,
                    vec![
                        text(format!("A seat in “{session}” is free, and it is held for you.")),
                        Block::Facts(vec![
                            ("When".to_owned(), format!("{when} ({})", city(&cohort.zone))),
                            ("Held until".to_owned(), until),
                        ]),
                    ],
                )
            }
        }
        Message::OpeningOpened { name, from, company, topic, until } => Words {
            preheader: "They say about what, and until when.".to_owned(),
            button: Some(("See the opening".to_owned(), format!("{base}/openings"))),
            after: vec![text(
                "Every follow-up refers to this opening: write it down there. The customer reads it too, and may close the topic at any time; then nothing more follows.",
            )],
            why: why_opening(app),
            ..plain(
                name,
                vec![
                    text(format!(
                        "{from} of {company} has opened a topic with you. You may speak with them about this; for everything else the conversation rule stands."
                    )),
                    Block::Facts(vec![("Topic".to_owned(), topic.clone()), ("Until the end of".to_owned(), until.clone())]),
                ],
            )
        },
        Message::OpeningClosed { name, from, company, topic } => Words {
            preheader: "Nothing more follows.".to_owned(),
            button: Some(("See my openings".to_owned(), format!("{base}/openings"))),
            why: why_opening(app),
            ..plain(
                name,
                vec![
                    text(format!("{from} of {company} has closed the topic “{topic}”. Please do not come back to it.")),
                    text("Only the customer can open it again. If they do, we write to you."),
                ],
            )
        },
        Message::ApprovalAsked { name, again, held } => Words {
            preheader: "Nothing is published unless you say so.".to_owned(),
            button: Some(("Read it and answer".to_owned(), to("approve"))),
            after: vec![text(if *held {
                "It takes a minute on a phone, and no account is needed. If you do nothing, it stays on hold."
            } else {
                "You can approve exactly what you see, suggest an edit, hold it, or decline. It takes a minute on a phone, and no account is needed. Until it is published you can hold it at any time, on the same page."
            })],
            why: format!(
                "You get this because {} has you down as the one who approves this. The link is yours alone; please do not pass it on. If it should be somebody else, answer this mail.",
                app.host.name
            ),
            ..plain(
                name,
                vec![text(if *held {
                    "You hold something about you, and nothing of it is published meanwhile. By the link below you can let it go on, or decline it. The older link no longer works."
                        .to_owned()
                } else if *again {
                    "This replaces the link you had: what we would like to publish, with the day and the places, is behind the one below. The older link no longer works."
                        .to_owned()
                } else {
                    format!(
                        "{} would like to celebrate something you achieved. We publish it only if you approve it: exactly these words, on exactly that day, in exactly these places.",
                        app.host.name
                    )
                })],
            )
        },
        Message::ApprovalAnswered { name, task, title, answer } => Words {
            preheader: "What they said is on the task’s page.".to_owned(),
            button: Some(("Open the task".to_owned(), format!("{base}/celebrate/{task}"))),
            why: format!("You get this because you look after what {} publishes.", app.host.name),
            ..plain(name, vec![text(format!("About “{title}”: {}", approval_answered(*answer)))])
        },
        Message::TaskStopped { name, task, title } => Words {
            preheader: "Please take it out of your scheduler.".to_owned(),
            button: Some(("Open the task".to_owned(), format!("{base}/celebrate/{task}"))),
            after: vec![text("If something of it is public already, its own mail says until when it is taken down.")],
            why: format!("You get this because you look after what {} publishes.", app.host.name),
            ..plain(
                name,
                vec![text(format!(
                    "The task about “{title}” was stopped: nothing more of it may be published as it stands. If something of it is in a scheduler, please take it out today."
                ))],
            )
        },
        Message::RuleRenewed { name, cohort, version, duty, other } => rule_renewed(app, token, name, cohort, *version, *duty, *other),
        Message::CohortCancelled { name, cohort } => Words {
            preheader: format!("{} does not take place.", cohort.title),
            signature: Some(signature(cohort)),
            why: why_coming(app),
            ..plain(
                name,
                vec![
                    text(format!("“{}”, {} in {}, does not take place. We are sorry.", cohort.program, cohort.dates, cohort.venue)),
                    text(
                        "Your private calendar link now shows every session as cancelled. Entries you saved yourself stay until you delete them.",
                    ),
                ],
            )
        },
        Message::SignatoryAsked { name, company } => Words {
            preheader: format!("You decide what we may show of {company}."),
            button: Some(("See and choose".to_owned(), to("s"))),
            after: vec![text(
                "Nothing is allowed until you allow it, each thing and each channel by itself; and you may stop any of it at any time, on the same page. No account is needed.",
            )],
            why: format!(
                "You get this because somebody at {} named you as the one who decides on this for {company}. The link is yours alone; please do not pass it on. If it should be somebody else, answer this mail.",
                app.host.name
            ),
            ..plain(
                name,
                vec![text(format!(
                    "People from {company} learn with others in our cohorts. We would like to know whether we may show {company}’s name and logo when something good comes of it, and where. That is yours to say."
                ))],
            )
        },
        Message::ConsentEnding { name, company, until, linked } => {
            let day = words::day(*until);
            let of = company.as_deref().map_or_else(String::new, |company| format!(" for {company}"));
            Words {
                preheader: format!("{day} is its last day. You need not do anything."),
                button: linked.then(|| ("See what I allow".to_owned(), to(if company.is_some() { "s" } else { "i" }))),
                after: vec![text(
                    "If you do nothing, it ends by itself, and nothing new is published with it. What is public already stays until you stop it on that page; then it is taken down. To go on, allow it again.",
                )],
                why: format!("You get this because you told {} what may be shown, and until when.", app.host.name),
                ..plain(name, vec![text(format!("Something that you allowed{of} ends: {day} is its last day. Your page says what it is."))])
            }
        }
        Message::TakeDownNeeded { name, publication, title, url, due } => Words {
            preheader: format!("By {}.", words::day(*due)),
            button: Some(("Open the publication".to_owned(), format!("{base}/publications/{publication}"))),
            after: vec![text("Once it is gone, say on that page how we know, and the people concerned see it.")],
            why: format!("You get this because you look after what {} publishes.", app.host.name),
            ..plain(
                name,
                vec![
                    text(format!("“{title}” has to be taken down by {}.", words::day(*due))),
                    Block::Link { label: "Where it can be seen".to_owned(), url: url.clone() },
                ],
            )
        },
        Message::PublicationCancelled { name, publication, title, channel, planned_for } => {
            let place = Channel::parse(channel).map_or_else(|| format!("on {channel}"), |channel| channel.place().to_owned());
            Words {
                preheader: "Please take it out of your scheduler.".to_owned(),
                button: Some(("Open the publication".to_owned(), format!("{base}/publications/{publication}"))),
                after: vec![text("If it is public already, take it down today.")],
                why: format!("You get this because you look after what {} publishes.", app.host.name),
                ..plain(
                    name,
                    vec![text(format!(
                        "“{title}”, planned {place} for {}, is cancelled and must not be published. Please take it out of your scheduler.",
                        words::day(*planned_for)
                    ))],
                )
            }
        }
        Message::TaskWaits { name, task, title, company, state, since, due } => {
            // Only once its day has passed does a colleague hear of what is with the customer.
            let wants = match TaskState::parse(state) {
                Some(TaskState::WithCustomer) => "was not answered by its day: choose another day for it",
                _ => task_wants(state),
            };
            Words {
                preheader: format!("Since {}.", words::day(*since)),
                button: Some(("Open the task".to_owned(), format!("{base}/celebrate/{task}"))),
                why: format!("You get this because you celebrate customers at {}.", app.host.name),
                ..plain(
                    name,
                    vec![
                        text(format!("“{title}” {wants}.")),
                        Block::Facts(vec![
                            ("Company".to_owned(), company.clone()),
                            ("Waits since".to_owned(), words::day(*since)),
                            ("To be recognised by".to_owned(), words::day(*due)),
                        ]),
                    ],
                )
            }
        }
        Message::ApprovalWaits { name, day } => {
            let when = day.map_or_else(String::new, |day| format!(" It is meant for {}.", words::day(day)));
            Words {
                preheader: "It takes a minute, and no account.".to_owned(),
                button: Some(("Read and answer".to_owned(), to("approve"))),
                after: vec![text(
                    "Approve it, suggest an edit, hold it or decline: without your approval nothing is published. This link is yours alone; please do not pass it on.",
                )],
                why: format!(
                    "You get this because {} would like to publish something about you, and asked for your approval.",
                    app.host.name
                ),
                ..plain(name, vec![text(format!("Something about you still waits for your approval.{when}"))])
            }
        }
        Message::TaskEscalated { name, task, title, company, state, since, owner, reminders } => {
            let wants = task_wants(state);
            let told = match reminders {
                0 => "Nobody was reminded".to_owned(),
                1 => "One reminder".to_owned(),
                count => format!("{count} reminders"),
            };
            let owner = if owner.is_empty() { "Nobody".to_owned() } else { owner.clone() };
            Words {
                preheader: format!("Since {}.", words::day(*since)),
                button: Some(("Open the task".to_owned(), format!("{base}/celebrate/{task}"))),
                after: vec![text("This is the only mail about it. See who can take it on, or withdraw it.")],
                why: format!("You get this because you are told at {} when a task waits too long.", app.host.name),
                ..plain(
                    name,
                    vec![
                        text(format!("“{title}” {wants}, and nothing has moved.")),
                        Block::Facts(vec![
                            ("Company".to_owned(), company.clone()),
                            ("Waits since".to_owned(), words::day(*since)),
                            ("Sent so far".to_owned(), told),
                            ("In hand of".to_owned(), owner),
                        ]),
                    ],
                )
            }
        }
        Message::OwnPageLink { name } => Words {
            preheader: "Everything we did for you, asked of you and show of you.".to_owned(),
            button: Some(("Open my page".to_owned(), to("me"))),
            after: vec![text(format!(
                "The link opens your page for {} days, without an account. It replaces every older one. Whoever has it can read the page, so please keep this mail to yourself.",
                store::advocacy::own_page::LINK_DAYS
            ))],
            why: format!("You get this because somebody at {} sent you the way to your own page.", app.host.name),
            ..plain(
                name,
                vec![text(format!(
                    "Here is your own page at {}: what we did for you, what we asked of you and what you said, what you allow, and what is public. You set your limits there, and stop anything you like.",
                    app.host.name
                ))],
            )
        },
        Message::ProofCode { name, step } => Words {
            preheader: format!("It holds for {CODE_MINUTES} minutes."),
            after: vec![text(
                "Enter it in the browser in which you asked for it. If you did not ask for it, do nothing: without the code nothing happens.",
            )],
            why: format!("You get this because somebody who has your private page at {} open needs it there.", app.host.name),
            ..plain(
                name,
                vec![
                    text(format!("{} This code says that it is you:", far_step(*step))),
                    Block::Facts(vec![("Code".to_owned(), token.to_owned()), ("Holds for".to_owned(), format!("{CODE_MINUTES} minutes"))]),
                ],
            )
        },
        Message::ForgetAsked { name, due } => Words {
            preheader: format!("To be done by {}.", words::day(*due)),
            button: Some(("See who".to_owned(), format!("{base}/forget-wishes"))),
            why: format!("You get this because you are an admin of {}.", app.host.name),
            ..plain(
                name,
                vec![text(format!(
                    "Somebody asked to be forgotten. It has to be done by {}. Who it is stands on the page and nowhere else, so this mail says no more.",
                    words::day(*due)
                ))],
            )
        },
        Message::IntroductionOffered { name, topic, knows, answer_by } => {
            let opening = if *knows {
                format!("A colleague in another company would like to learn about “{topic}”, and we thought of you.")
            } else {
                format!("A colleague in another company knows about “{topic}”, and we thought that you would like to hear of it.")
            };
            Words {
                preheader: "Neither learns who the other is before both have said yes.".to_owned(),
                button: Some(("Answer on my page".to_owned(), to("me"))),
                after: vec![text(format!(
                    "Answer by {}. If you both say yes, each of you gets the other’s name, title, company and address. A no is a fine answer: it is passed on to nobody. Nobody from sales takes part.",
                    words::day(*answer_by)
                ))],
                why: why_introduction(app),
                ..plain(name, vec![text(opening)])
            }
        }
        Message::Introduced { name, topic, with_name, with_title, with_company, with_email } => {
            let title = (!with_title.is_empty()).then(|| ("Title".to_owned(), with_title.clone()));
            let mut facts = vec![("Name".to_owned(), with_name.clone())];
            facts.extend(title);
            facts.push(("Company".to_owned(), with_company.clone()));
            facts.push(("Address".to_owned(), with_email.clone()));
            Words {
                preheader: format!("About “{topic}”."),
                after: vec![text(
                    "They got your details in the same way. Write whenever it suits you: what you make of it is between the two of you.",
                )],
                why: why_introduction(app),
                ..plain(name, vec![text(format!("You both said yes to speaking about “{topic}”.")), Block::Facts(facts)])
            }
        }
        Message::IntroductionEnded { name, topic } => Words {
            preheader: "Nothing of you was passed on.".to_owned(),
            why: why_introduction(app),
            ..plain(
                name,
                vec![text(format!(
                    "The introduction we offered you, about “{topic}”, did not come about. That has many reasons and we pass none on; nothing of you was passed on either. You need not do anything."
                ))],
            )
        },
        Message::ConcernReported { name } => Words {
            preheader: "It can be read after you sign in.".to_owned(),
            button: Some(("See what waits".to_owned(), format!("{base}/incidents"))),
            why: format!("You get this because you review concerns about the conversation rule at {}.", app.host.name),
            ..plain(
                name,
                vec![text(
                    "A concern waits for you. What it is about is read on its own page and nowhere else, so this mail says no more.",
                )],
            )
        },
        Message::ConcernReceived { name } => Words {
            preheader: "Its private address is in this mail.".to_owned(),
            button: Some(("See how it stands".to_owned(), to("c"))),
            after: vec![text("The address is private: whoever has it can read what you wrote. Please keep this mail to yourself.")],
            why: why_concern(app),
            ..plain(
                name,
                vec![text(
                    "Thank you for telling us. What you wrote is with the reviewers. How it stands, and every answer, is behind this private address.",
                )],
            )
        },
        Message::ConcernAnswered { name } => Words {
            preheader: "It is behind your private address.".to_owned(),
            button: Some(("Read the answer".to_owned(), to("c"))),
            after: vec![text("This address replaces the one you had; the older one no longer works. Please keep this mail to yourself.")],
            why: why_concern(app),
            ..plain(name, vec![text("There is an answer to what you told us.")])
        },
        Message::AskMade { name, what, answer_by } => Words {
            preheader: "No is a fine answer.".to_owned(),
            button: Some(("Read it and answer".to_owned(), to("me"))),
            after: vec![text(format!(
                "Our words stand on your own page. An answer by {} is kind; without one it ends by itself. There you can also say what we should never ask of you, and when to leave you alone.",
                words::day(*answer_by)
            ))],
            why: why_asked(app),
            ..plain(
                name,
                vec![text(format!("We would like to ask something of you: {what}. No is a fine answer, and changes nothing between us."))],
            )
        },
        Message::AskTakenBack { name, what } => Words {
            preheader: "We take back what we asked.".to_owned(),
            button: Some(("See my own page".to_owned(), to("me"))),
            why: why_asked(app),
            ..plain(
                name,
                vec![text(format!(
                    "We asked something of you ({what}), and take it back: you need not do anything. Thank you for your time."
                ))],
            )
        },
        Message::AskAnswered { name, ask } => Words {
            preheader: "It stands with the ask.".to_owned(),
            button: Some(("Open the ask".to_owned(), format!("{base}/asks/{ask}"))),
            why: format!("You get this because you look after an ask at {}.", app.host.name),
            ..plain(name, vec![text("There is an answer to something you asked of a customer. If it is a yes, agree on a day next.")])
        },
        Message::ConcernNeedsReviewer { name } => Words {
            preheader: "Somebody else has to be given the role.".to_owned(),
            button: Some(("Open the staff page".to_owned(), format!("{base}/staff"))),
            why: format!("You get this because you are an admin of {}.", app.host.name),
            ..plain(
                name,
                vec![text(
                    "A concern waits for a reviewer who has nothing to do with it, and there is none. Give somebody the role “incident reviewer”; they can read it as soon as they sign in.",
                )],
            )
        },
    }
}

/// What the customer said about a task; in which words, stands on its page.
const fn approval_answered(answer: Act) -> &'static str {
    match answer {
        Act::CustomerApprove => "the customer approved it, exactly as it is. Schedule it next.",
        Act::CustomerSuggest => "the customer suggests an edit. What they said is on the task’s page.",
        Act::CustomerHold => "the customer holds it. It goes on once they say so.",
        Act::CustomerResume => "the customer lets it go on.",
        Act::CustomerDecline => "the customer declined. Nothing more of it is published.",
        _ => "the customer has answered.",
    }
}

/// The rule asks for an acknowledgement: executives and educators by their own link, staff where they sign in.
fn rule_renewed(app: &App, token: &str, name: &str, cohort: &CohortFacts, version: u32, duty: Duty, other: Option<u32>) -> Words {
    let base = &app.host.base_url;
    let opening = match other {
        Some(other) => format!(
            "“{}” now keeps to version {version} of the conversation rule. You acknowledged version {other}; please read the new one and say that you keep it.",
            cohort.program
        ),
        None => format!(
            "“{}” keeps to version {version} of the conversation rule: no sales conversations, unless the customer starts one. Please read it and say that you keep it.",
            cohort.program
        ),
    };
    let (button, to, after, why) = match duty {
        Duty::Executive => (
            "Read the rule",
            format!("{base}/i/{token}"),
            "It is one page. The link opens your week, and the rule stands at its top.",
            why_coming(app),
        ),
        Duty::Educator => (
            "Read the rule",
            format!("{base}/e/{token}"),
            "It is one page. Your name is announced in the agenda once you have acknowledged it.",
            format!("You get this because you teach in a week of {}. The link is yours alone; please do not pass it on.", app.host.name),
        ),
        Duty::Facilitator | Duty::Owner | Duty::Observer => (
            "Read the rule",
            format!("{base}/rules"),
            "It is one page. Nobody is assigned to sessions of these days before they have acknowledged it.",
            format!("You get this because you are {} of “{}”.", article(duty), cohort.title),
        ),
    };
    Words {
        preheader: format!("Version {version}. It takes a minute."),
        button: Some((button.to_owned(), to)),
        after: vec![text(after)],
        signature: Some(signature(cohort)),
        why,
        ..plain(name, vec![text(opening), facts(cohort, vec![])])
    }
}

/// `a facilitator`, `the program owner`
const fn article(duty: Duty) -> &'static str {
    match duty {
        Duty::Owner => "the program owner",
        Duty::Observer => "an observer",
        Duty::Facilitator => "a facilitator",
        Duty::Executive => "an executive",
        Duty::Educator => "an educator",
    }
}

fn plain(name: &str, paragraphs: Vec<Block>) -> Words {
    Words {
        preheader: String::new(),
        greeting: format!("Dear {name},"),
        paragraphs,
        button: None,
        after: Vec::new(),
        signature: None,
        why: String::new(),
        calendar: None,
    }
}

fn text(words: impl Into<String>) -> Block {
    Block::Text(words.into())
}

fn facts(cohort: &CohortFacts, more: Vec<(String, String)>) -> Block {
    let mut facts =
        vec![("When".to_owned(), cohort.dates.clone()), ("Where".to_owned(), format!("{} ({} time)", cohort.venue, city(&cohort.zone)))];
    facts.extend(more);
    Block::Facts(facts)
}

fn session_facts(event: &CalendarEvent) -> Block {
    let mut facts = vec![(
        "When".to_owned(),
        format!("{}, {} ({} time)", words::day(event.starts.date()), words::span(event.starts, event.ends), city(&event.zone)),
    )];
    if !event.place.is_empty() {
        facts.push(("Where".to_owned(), event.place.clone()));
    }
    Block::Facts(facts)
}

fn signature(cohort: &CohortFacts) -> String {
    if cohort.sponsor_title.is_empty() { cohort.sponsor.clone() } else { format!("{}, {}", cohort.sponsor, cohort.sponsor_title) }
}

/// What a task in this state wants of a colleague, after its title.
fn task_wants(state: &str) -> &'static str {
    match TaskState::parse(state) {
        Some(TaskState::Draft) => "is to be written, and its day has passed",
        Some(TaskState::InReview) => "waits for another pair of eyes",
        Some(TaskState::ChangesRequested) => "is to be changed",
        Some(TaskState::ApprovedInternally) => "is to be sent to the customer",
        Some(TaskState::WithCustomer) => "waits for the customer",
        Some(TaskState::Approved) => "is approved and to be scheduled",
        Some(TaskState::Failed) => "was not published on its day",
        _ => "waits",
    }
}

fn why_coming(app: &App) -> String {
    format!("You get this because you accepted an invitation from {}.", app.host.name)
}

fn why_session(app: &App) -> String {
    format!("You get this because this session is in the week you accepted at {}.", app.host.name)
}

fn why_asked(app: &App) -> String {
    format!(
        "You get this because {} asks you for something. The link opens your own page; it is yours alone, please do not pass it on.",
        app.host.name
    )
}

fn why_opening(app: &App) -> String {
    format!("You get this because a guest of {} chose you for this topic.", app.host.name)
}

fn why_introduction(app: &App) -> String {
    format!(
        "You get this because you allowed {} to propose introductions to peers. You can stop that on your own page at any time.",
        app.host.name
    )
}

/// What somebody is about to do. What about, stands on their page only.
const fn far_step(step: Step) -> &'static str {
    match step {
        Step::Approve => "You are about to approve what we would like to publish.",
        Step::Accept => "You are about to say yes to something we asked of you.",
        Step::Introduce => "You are about to say yes to an introduction.",
        Step::Forget => "You asked us to forget you.",
    }
}

fn why_concern(app: &App) -> String {
    format!("You get this because you told {} about a concern, and gave your name.", app.host.name)
}

fn moment(zone: &str, at: chrono::DateTime<chrono::Utc>) -> String {
    Zone::parse(zone).map_or_else(|_| at.to_string(), |zone| words::moment(&zone, at))
}

fn city(zone: &str) -> String {
    Zone::parse(zone).map_or_else(|_| zone.to_owned(), |zone| zone.city())
}

fn organizer(app: &App) -> Mailbox {
    Mailbox { name: app.host.name.clone(), address: app.host.sender.clone() }
}

fn attendee(mail: &Mail) -> Mailbox {
    Mailbox { name: mail.to_name.clone(), address: mail.to_email.clone() }
}
