//! The command line.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use app::desk::App;
use clap::{Args, Parser, Subcommand};
use domain::access::Role;
use domain::agenda::agenda_import::{self, DayMap};
use domain::cohort::company_import::{self, Field, Mapping};
use domain::contact::Email;
use domain::refusal::Refusal;
use store::{Actor, Db, Halt};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Config, MailTo};
use crate::mail::transport::Transport;
use crate::web_client::Client;
use crate::{assemble, demo, now, serve};

/// Invitation-only co-learning cohorts with your top customers.
#[derive(Parser)]
#[command(name = "cohortium", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Migrate the database and serve the site.
    Serve,
    /// Bring the database up to date, and nothing else.
    Migrate,
    /// Fill an empty database with a made-up firm, and print the links to open.
    Demo(demo::Options),
    /// Accounts of the host's people.
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Import companies, an agenda or asks from a file.
    Import {
        #[command(subcommand)]
        command: ImportCommand,
    },
    /// Check configuration, database, mail and assets.
    Doctor,
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Make an account. The password is read from standard input, or made and printed when there is none.
    Create {
        #[arg(long)]
        email: String,
        /// admin, "program manager", facilitator, marketing, "account manager", "executive sponsor" or "incident reviewer"; may be repeated.
        #[arg(long, required = true)]
        role: Vec<String>,
        /// Defaults to the part of the address before the @.
        #[arg(long)]
        name: Option<String>,
        /// Read the password from the first line of standard input.
        #[arg(long)]
        password_stdin: bool,
    },
}

#[derive(Subcommand)]
enum ImportCommand {
    /// Companies from a CSV file.
    Companies {
        file: PathBuf,
        #[command(flatten)]
        how: CompaniesHow,
    },
    /// An agenda from a schedule.json file, into a cohort's working copy.
    Agenda {
        file: PathBuf,
        #[arg(long)]
        cohort: i64,
        /// Say what would happen, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Asks from a CSV file with the columns email, kind and wording: each decided as everywhere else.
    Asks {
        file: PathBuf,
        /// Say what would happen, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Args)]
struct CompaniesHow {
    /// FIELD=COLUMN: name, domain, sector, sub_industry, headquarters, country or segment; may be repeated. Columns not named are guessed.
    #[arg(long, num_args = 1.., value_name = "FIELD=COLUMN")]
    map: Vec<String>,
    /// Say what would happen, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Runs the program.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let config = match Config::load() {
        Ok(config) => config,
        Err(why) => return failed(&why),
    };
    log_to_stderr(&config.log);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(why) => return failed(&why.to_string()),
    };
    match runtime.block_on(command(cli.command, config)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => failed(&why),
    }
}

fn failed(why: &str) -> ExitCode {
    eprintln!("cohortium: {why}");
    ExitCode::FAILURE
}

fn log_to_stderr(filter: &str) {
    let targets: tracing_subscriber::filter::Targets = filter.parse().unwrap_or_default();
    // It tells of every start that nothing was to be done.
    let targets =
        if filter.contains("sea_orm_migration") { targets } else { targets.with_target("sea_orm_migration", tracing::Level::WARN) };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    let _ = tracing_subscriber::registry().with(targets).with(lines).try_init();
}

async fn command(command: Command, config: Config) -> Result<(), String> {
    match command {
        Command::Serve => serve_site(config).await,
        Command::Migrate => {
            let db = connect(&config).await?;
            let pending = db.pending_migrations().await.map_err(text)?;
            db.migrate().await.map_err(text)?;
            println!(
                "{}",
                if pending.is_empty() { "The database is up to date.".to_owned() } else { format!("Done: {}.", pending.join(", ")) }
            );
            Ok(())
        }
        Command::Demo(options) => demo::run(&*app(&config).await?, &options).await,
        Command::Admin { command: AdminCommand::Create { email, role, name, password_stdin } } => {
            let db = migrated(&config).await?;
            create_account(&db, &email, &role, name, password_stdin).await
        }
        Command::Import { command: ImportCommand::Companies { file, how } } => {
            import_companies(&migrated(&config).await?, &file, &how).await
        }
        Command::Import { command: ImportCommand::Agenda { file, cohort, dry_run } } => {
            import_agenda(&migrated(&config).await?, &file, cohort, dry_run).await
        }
        Command::Import { command: ImportCommand::Asks { file, dry_run } } => import_asks(&migrated(&config).await?, &file, dry_run).await,
        Command::Doctor => doctor(&config).await,
    }
}

async fn serve_site(config: Config) -> Result<(), String> {
    let transport = Transport::new(&config.mail)?;
    let reach = Arc::new(Client::new(config.reach.clone()));
    let app = app(&config).await?;
    let listener = TcpListener::bind(config.addr)
        .await
        .map_err(|why| format!("{} cannot be listened on: {why}. Set COHORTIUM_ADDR to a free one.", config.addr))?;
    if let Some(code) = store::staff::setup_code(&app.db).await.map_err(text)? {
        println!("This installation is new. Open {}/setup and enter the setup code: {code}", app.host.base_url);
    }
    if app.assets.guest_bundle.is_none() {
        tracing::warn!("this build has no browser bundle: every page works, and none is interactive");
    }
    println!("Cohortium is at {} (listening on {}).", app.host.base_url, config.addr);
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        asked_to_stop().await;
        let _ = stop.send(true);
    });
    serve::serve(app, listener, transport, reach, stopped).await.map_err(text)
}

async fn asked_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = interrupt => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(_) => {
                let _ = interrupt.await;
            }
        }
    }
    #[cfg(not(unix))]
    {
        let _ = interrupt.await;
    }
}

async fn connect(config: &Config) -> Result<Db, String> {
    Db::connect(&config.database_url)
        .await
        .map_err(|why| format!("the database at {} cannot be opened: {why}", without_password(&config.database_url)))
}

async fn migrated(config: &Config) -> Result<Db, String> {
    let db = connect(config).await?;
    db.migrate().await.map_err(|why| format!("the database cannot be brought up to date: {why}"))?;
    Ok(db)
}

async fn app(config: &Config) -> Result<Arc<App>, String> {
    Ok(assemble(migrated(config).await?, config.host.clone(), now))
}

fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, place))) => format!("{scheme}://…@{place}"),
        _ => url.to_owned(),
    }
}

async fn create_account(db: &Db, email: &str, roles: &[String], name: Option<String>, password_stdin: bool) -> Result<(), String> {
    let email = Email::parse(email).map_err(|why| why.sentence)?;
    let roles: Vec<Role> = roles
        .iter()
        .map(|word| {
            let spaced = word.replace(['-', '_'], " ");
            Role::parse(&spaced).ok_or_else(|| {
                format!("“{word}” is no role; choose one of {}.", Role::ALL.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", "))
            })
        })
        .collect::<Result<_, _>>()?;
    let name = name.unwrap_or_else(|| email.as_str().split('@').next().unwrap_or_default().to_owned());
    let (password, made) = if password_stdin {
        let mut input = String::new();
        std::io::stdin().read_to_string(&mut input).map_err(text)?;
        (input.lines().next().unwrap_or_default().to_owned(), false)
    } else {
        (store::link::random_token("")[..20].to_owned(), true)
    };
    store::staff::create(db, now(), &email, &name, &roles, &password).await.map_err(halted)?;
    println!("{email} can sign in{}", if made { format!(" with the password {password}") } else { ".".to_owned() });
    Ok(())
}

async fn import_companies(db: &Db, file: &std::path::Path, how: &CompaniesHow) -> Result<(), String> {
    let bytes = std::fs::read(file).map_err(|why| format!("{} cannot be read: {why}", file.display()))?;
    let table = company_import::read(&bytes).map_err(|why| why.sentence())?;
    let mut mapping = Mapping::guess(&table.columns);
    for pair in &how.map {
        let (field, column) = pair.split_once('=').ok_or_else(|| format!("“{pair}” is not FIELD=COLUMN."))?;
        let field = Field::from_key(field).ok_or_else(|| {
            format!("“{field}” is no field; choose one of {}.", Field::ALL.iter().map(|field| field.key()).collect::<Vec<_>>().join(", "))
        })?;
        mapping.set(field, column);
    }
    let plan = store::cohort::company_import::dry_run(db, &table, &mapping).await.map_err(halted)?;
    for row in &plan.rows {
        let outcome = match &row.outcome {
            company_import::Outcome::Create(_) => "create".to_owned(),
            company_import::Outcome::Update { changes, .. } => {
                let changes: Vec<String> =
                    changes.iter().map(|change| format!("{}: {} → {}", change.field.label(), change.before, change.after)).collect();
                format!("update ({})", changes.join("; "))
            }
            company_import::Outcome::Unchanged { .. } => "unchanged".to_owned(),
            company_import::Outcome::Refuse(why) => format!("refuse: {}", why.sentence()),
        };
        let notes: Vec<String> = row.notes.iter().map(company_import::Note::sentence).collect();
        if how.dry_run || matches!(row.outcome, company_import::Outcome::Refuse(_)) {
            println!("line {}: {}: {outcome}{}{}", row.line, row.name, if notes.is_empty() { "" } else { " · " }, notes.join(" "));
        }
    }
    let counts = if how.dry_run {
        plan.counts()
    } else {
        store::cohort::company_import::apply(db, now(), Actor::System, &table, &mapping).await.map_err(halted)?
    };
    let mode = if how.dry_run { "would be" } else { "were" };
    println!("{} {mode} created, {} updated, {} unchanged, {} refused.", counts.create, counts.update, counts.unchanged, counts.refuse);
    Ok(())
}

async fn import_agenda(db: &Db, file: &std::path::Path, cohort: i64, dry_run: bool) -> Result<(), String> {
    let bytes = std::fs::read(file).map_err(|why| format!("{} cannot be read: {why}", file.display()))?;
    let reading = agenda_import::read(&bytes).map_err(|why| why.sentence())?;
    let none = || format!("there is no cohort {cohort}.");
    let row = store::cohort::get(db, cohort).await.map_err(text)?.ok_or_else(none)?;
    let days = DayMap::propose(&reading, row.first_day, row.last_day);
    let plan = store::agenda::agenda_import::dry_run(db, cohort, &reading, &days).await.map_err(text)?.ok_or_else(none)?;
    for quirk in reading.quirks.iter().chain(&plan.quirks) {
        println!("note: {}", quirk.sentence());
    }
    for row in &plan.rows {
        let outcome = match &row.outcome {
            agenda_import::Outcome::Create(session) => format!("create, {}", session.starts),
            agenda_import::Outcome::Update { changes, .. } => {
                let changes: Vec<String> =
                    changes.iter().map(|change| format!("{}: {} → {}", change.field, change.before, change.after)).collect();
                format!("update ({})", changes.join("; "))
            }
            agenda_import::Outcome::Unchanged { .. } => "unchanged".to_owned(),
            agenda_import::Outcome::LeaveOut(why) => format!("left out: {}", why.sentence()),
            agenda_import::Outcome::Refuse(why) => format!("refuse: {}", why.sentence()),
        };
        if dry_run || matches!(row.outcome, agenda_import::Outcome::Refuse(_)) {
            println!("{}: {outcome}", row.title);
        }
    }
    let counts = if dry_run {
        plan.counts()
    } else {
        store::agenda::agenda_import::apply(db, now(), Actor::System, cohort, &reading, &days).await.map_err(text)?.ok_or_else(none)?
    };
    let mode = if dry_run { "would be" } else { "were" };
    println!(
        "{} {mode} created, {} updated, {} unchanged, {} left out, {} refused.",
        counts.create, counts.update, counts.unchanged, counts.leave_out, counts.refuse
    );
    Ok(())
}

async fn import_asks(db: &Db, file: &std::path::Path, dry_run: bool) -> Result<(), String> {
    use store::advocacy::ask::{self, AskRefusal, Submitting};

    let bytes = std::fs::read(file).map_err(|why| format!("{} cannot be read: {why}", file.display()))?;
    let lines = if dry_run {
        ask::dry_run(db, now(), &bytes).await.map_err(halted)?
    } else {
        ask::import(db, now(), Actor::System, &bytes).await.map_err(halted)?
    };
    let (mut submitted, mut stood) = (0, 0);
    for line in &lines {
        let outcome = match &line.outcome {
            Ok(Submitting::Submitted) => {
                submitted += 1;
                "submit".to_owned()
            }
            Ok(Submitting::AlreadySubmitted) => {
                stood += 1;
                "unchanged".to_owned()
            }
            Err(AskRefusal::Fields(wrong)) => {
                format!("refuse: {}", wrong.iter().map(|why| why.sentence.as_str()).collect::<Vec<_>>().join(" "))
            }
            Err(why) => format!("refuse: {}", why.sentence()),
        };
        if dry_run || line.outcome.is_err() {
            println!("line {}: {}: {outcome}", line.line, line.email);
        }
    }
    let (mode, refused) = (if dry_run { "would be" } else { "were" }, lines.len() - submitted - stood);
    println!("{submitted} {mode} submitted, {stood} unchanged, {refused} refused.");
    Ok(())
}

async fn doctor(config: &Config) -> Result<(), String> {
    let mut wrong = 0;
    let mut say = |what: &str, answer: Result<String, String>| match answer {
        Ok(fine) => println!("ok    {what}: {fine}"),
        Err(why) => {
            wrong += 1;
            println!("wrong {what}: {why}");
        }
    };
    say("configuration", Ok(format!("{} at {}, listening on {}", config.host.name, config.host.base_url, config.addr)));
    match connect(config).await {
        Err(why) => say("database", Err(why)),
        Ok(db) => {
            let kind = if db.is_postgres() { "PostgreSQL" } else { "SQLite" };
            say("database", db.ping().await.map(|()| format!("{kind} answers")).map_err(text));
            say(
                "migrations",
                match db.pending_migrations().await {
                    Ok(pending) if pending.is_empty() => Ok("up to date".to_owned()),
                    Ok(pending) => Err(format!("not yet made: {}. Run `cohortium migrate`.", pending.join(", "))),
                    Err(why) => Err(text(why)),
                },
            );
        }
    }
    let mail = match (&config.mail, Transport::new(&config.mail)) {
        (MailTo::Folder(folder), Ok(transport)) => {
            transport.check().await.map(|()| format!("written to the folder {}; nothing leaves this machine", folder.display()))
        }
        (MailTo::Smtp(_), Ok(transport)) => {
            transport.check().await.map(|()| format!("the mail server takes mail from {}", config.host.sender))
        }
        (_, Err(why)) => Err(why),
    };
    say("mail", mail);
    say(
        "assets",
        if crate::web::assets::GUEST_BUNDLE.is_some() {
            Ok("stylesheet, font and browser bundle are inside".to_owned())
        } else {
            Err("this build has no browser bundle. Build it with `make build`.".to_owned())
        },
    );
    if wrong == 0 { Ok(()) } else { Err(format!("{wrong} of these need attention.")) }
}

fn text(why: impl std::fmt::Display) -> String {
    why.to_string()
}

/// A halt as one sentence.
pub(crate) fn halted<R: Refusal>(halt: Halt<R>) -> String {
    match halt {
        Halt::Refused(why) => why.sentence(),
        Halt::Fault(fault) => fault.to_string(),
    }
}
