//! The host's people: the first admin, accounts, passwords, roles, signing in.

use std::collections::BTreeSet;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Role;
use domain::conduct::firewall::{self, FirewallRefusal};
use domain::conduct::incident::may_manage;
use domain::contact::Email;
use domain::refusal::Refusal;
use rand::RngCore as _;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::entity::{attempt, cohort, program, session_facilitator, setting, staff, staff_role};
use crate::halt::refuse;
use crate::history::{self, Actor, Entry};
use crate::link::{self, Opens};
use crate::outbox::{self, Letter, Message, Secret};
use crate::sign_in::{self, Holder};
use crate::sql::{self, values};
use crate::{Db, Fault, Halt};

/// The shortest password taken (OWASP ASVS 5.0, 6.2.1).
pub const SHORTEST_PASSWORD: usize = 12;
/// A welcome link lives so many days.
pub const WELCOME_DAYS: i64 = 7;
/// Failed sign-ins per address, and per quarter of an hour, before it has to wait.
const MOST_ATTEMPTS: i64 = 10;

/// Why an act on an account was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaffRefusal {
    /// The code is wrong, or an admin exists.
    WrongSetupCode,
    WrongPassword,
    TooManyAttempts,
    ShortPassword,
    PasswordIsAddress,
    EmailTaken,
    NoName,
    NoRole,
    /// Roles that do not go together.
    Firewall(FirewallRefusal),
    LinkOver,
    LastAdmin,
    OwnManager,
    ManagerCircle,
    Unknown,
}

impl Refusal for StaffRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::WrongSetupCode => "wrong-setup-code",
            Self::WrongPassword => "wrong-password",
            Self::TooManyAttempts => "too-many-attempts",
            Self::ShortPassword => "short-password",
            Self::PasswordIsAddress => "password-is-address",
            Self::EmailTaken => "email-taken",
            Self::NoName => "no-name",
            Self::NoRole => "no-role",
            Self::Firewall(why) => why.code(),
            Self::LinkOver => "link-over",
            Self::LastAdmin => "last-admin",
            Self::OwnManager => "own-manager",
            Self::ManagerCircle => "manager-circle",
            Self::Unknown => "unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::WrongSetupCode => {
                "This is not the setup code. It was printed where the server was started; a new start prints a new one.".into()
            }
            Self::WrongPassword => {
                "The address and the password do not belong together. Check both, or ask an admin for a new link.".into()
            }
            Self::TooManyAttempts => "Too many attempts for this address. Wait a quarter of an hour, then try again.".into(),
            Self::ShortPassword => format!("Choose at least {SHORTEST_PASSWORD} characters. A sentence is easy to remember."),
            Self::PasswordIsAddress => "Choose a password that is not your address or name.".into(),
            Self::EmailTaken => "Somebody with this address is here already. Change their roles in the list instead.".into(),
            Self::NoName => "Enter their name.".into(),
            Self::NoRole => "Choose at least one role.".into(),
            Self::Firewall(why) => why.sentence(),
            Self::LinkOver => "This link is used up or over. Ask an admin to send a new one.".into(),
            Self::LastAdmin => "This is the only active admin. Make somebody else admin first.".into(),
            Self::OwnManager => "Nobody is their own manager. Choose somebody else, or nobody.".into(),
            Self::ManagerCircle => "Choose somebody who does not work for them, directly or through others; or nobody.".into(),
            Self::Unknown => "This account is gone. Reload the page.".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::WrongSetupCode => Some("code"),
            Self::WrongPassword | Self::ShortPassword | Self::PasswordIsAddress => Some("password"),
            Self::EmailTaken => Some("email"),
            Self::NoName => Some("name"),
            Self::NoRole => Some("roles"),
            Self::Firewall(why) => why.field(),
            Self::OwnManager | Self::ManagerCircle => Some("manager"),
            _ => None,
        }
    }
}

/// Whether nobody has set this installation up.
///
/// # Errors
/// The database.
pub async fn is_new(db: &Db) -> Result<bool, DbErr> {
    Ok(staff::Entity::find().one(db.read()).await?.is_none())
}

/// A new setup code, to be printed on the console. `None` once an account exists.
///
/// # Errors
/// The database.
pub async fn setup_code(db: &Db) -> Result<Option<String>, DbErr> {
    if !is_new(db).await? {
        return Ok(None);
    }
    let mut bytes = [0_u8; 8];
    rand::rng().fill_bytes(&mut bytes);
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let code = [&digits[..4], &digits[4..8], &digits[8..12], &digits[12..]].join("-");
    let txn = db.write().await?;
    setting::Entity::delete_by_id("setup-code".to_owned()).exec(&*txn).await?;
    setting::ActiveModel { name: Set("setup-code".to_owned()), value: Set(link::hash(&code)) }.insert(&*txn).await?;
    txn.commit().await?;
    Ok(Some(code))
}

/// Makes the first admin and signs them in. The code is used up.
///
/// # Errors
/// The code is wrong, or the password weak.
pub async fn set_up(
    db: &Db,
    now: DateTime<Utc>,
    code: &str,
    name: &str,
    email: &Email,
    password: &str,
) -> Result<String, Halt<StaffRefusal>> {
    limit(db, now, "setup").await?;
    let strong = strength(password, email.as_str(), name);
    let password_hash = match strong {
        Ok(()) => hash_password(password).await?,
        Err(why) => return refuse(why),
    };
    let txn = db.write().await?;
    let kept = setting::Entity::find_by_id("setup-code".to_owned()).lock_exclusive().one(&*txn).await?;
    let exists = staff::Entity::find().one(&*txn).await?.is_some();
    if exists || kept.is_none_or(|kept| kept.value != link::hash(code.trim())) {
        drop(txn);
        note_attempt(db, now, "setup").await?;
        return refuse(StaffRefusal::WrongSetupCode);
    }
    let id = insert(&*txn, now, Actor::System, email, name, &[Role::Admin], Some(password_hash)).await?;
    setting::Entity::delete_by_id("setup-code".to_owned()).exec(&*txn).await?;
    let cookie = sign_in::begin(&*txn, now, Holder::Staff(id)).await?;
    txn.commit().await?;
    Ok(cookie)
}

/// Makes an account with a password, from the console.
///
/// # Errors
/// The address is taken, the password weak, or the roles do not go together.
pub async fn create(
    db: &Db,
    now: DateTime<Utc>,
    email: &Email,
    name: &str,
    roles: &[Role],
    password: &str,
) -> Result<i64, Halt<StaffRefusal>> {
    go_together(roles)?;
    strength(password, email.as_str(), name).map_err(Halt::Refused)?;
    let password_hash = hash_password(password).await?;
    let txn = db.write().await?;
    if by_email(&*txn, email).await?.is_some() {
        return refuse(StaffRefusal::EmailTaken);
    }
    let id = insert(&*txn, now, Actor::System, email, name, roles, Some(password_hash)).await?;
    txn.commit().await?;
    Ok(id)
}

/// Adds an account without a password, and mails its link.
///
/// # Errors
/// The address is taken, a name or role is missing, or the roles do not go together.
pub async fn add(db: &Db, now: DateTime<Utc>, actor: Actor, email: &Email, name: &str, roles: &[Role]) -> Result<i64, Halt<StaffRefusal>> {
    if name.is_empty() {
        return refuse(StaffRefusal::NoName);
    }
    if roles.is_empty() {
        return refuse(StaffRefusal::NoRole);
    }
    go_together(roles)?;
    let txn = db.write().await?;
    if by_email(&*txn, email).await?.is_some() {
        return refuse(StaffRefusal::EmailTaken);
    }
    let id = insert(&*txn, now, actor, email, name, roles, None).await?;
    send_welcome(&*txn, now, id, name, email.as_str()).await?;
    txn.commit().await?;
    Ok(id)
}

/// Mails a new link to choose a password; the older one is dead.
///
/// # Errors
/// The account is gone or inactive.
pub async fn invite_again(db: &Db, now: DateTime<Utc>, actor: Actor, id: i64) -> Result<String, Halt<StaffRefusal>> {
    let txn = db.write().await?;
    let Some(row) = staff::Entity::find_by_id(id).lock_exclusive().one(&*txn).await?.filter(|row| row.active) else {
        return refuse(StaffRefusal::Unknown);
    };
    if link::is_fresh(&*txn, now, Opens::Password(id)).await? {
        return Ok(row.name);
    }
    send_welcome(&*txn, now, id, &row.name, &row.email).await?;
    history::record(
        &*txn,
        now,
        Entry { actor, act: "send a new link", object: "staff", object_id: id, cohort: None, before: String::new(), after: String::new() },
    )
    .await?;
    txn.commit().await?;
    Ok(row.name)
}

async fn send_welcome(txn: &impl ConnectionTrait, now: DateTime<Utc>, id: i64, name: &str, email: &str) -> Result<(), Fault> {
    let token = link::reissue(txn, now, Opens::Password(id), Some(now + TimeDelta::days(WELCOME_DAYS))).await?;
    let letter = Letter {
        event: format!("staff-welcome:{id}:{}", link::hash(&token)),
        cohort: None,
        invitation: None,
        to_name: name,
        to_email: email,
        subject: "Choose your password".to_owned(),
        message: Message::StaffWelcome { name: name.to_owned() },
        secret: Secret { link: Some(token), feed: None },
    };
    outbox::enqueue(txn, now, letter).await
}

/// Sets roles, whether the account is active, and the manager; every sign-in of theirs ends. A manager is let go of
/// concerns that are about them. Whoever takes up selling facilitates no session that is still to come or runs.
///
/// # Errors
/// It would leave no active admin, or no role; the manager works for them; or they would sell and own a program.
pub async fn change(
    db: &Db,
    now: DateTime<Utc>,
    actor: Actor,
    id: i64,
    roles: &[Role],
    active: bool,
    manager: Option<i64>,
) -> Result<String, Halt<StaffRefusal>> {
    if roles.is_empty() && active {
        return refuse(StaffRefusal::NoRole);
    }
    go_together(roles)?;
    let txn = db.write().await?;
    let sells = roles.contains(&Role::AccountManager);
    if sells {
        lock_their_cohorts(&*txn, now, id).await?;
    }
    let Some(row) = staff::Entity::find_by_id(id).lock_exclusive().one(&*txn).await? else { return refuse(StaffRefusal::Unknown) };
    let owned = program::Entity::find().filter(program::Column::OwnerId.eq(id)).order_by_asc(program::Column::Id).one(&*txn).await?;
    firewall::may_sell(&row.name, roles, owned.as_ref().map(|program| program.title.as_str()))
        .map_err(|why| Halt::Refused(StaffRefusal::Firewall(why)))?;
    let others = sql::number(
        &*txn,
        "SELECT count(*) AS n FROM staff s JOIN staff_role r ON r.staff_id = s.id WHERE s.active AND r.role = 'admin' AND s.id <> $1",
        values![id],
    )
    .await?;
    if others == 0 && !(active && roles.contains(&Role::Admin)) {
        return refuse(StaffRefusal::LastAdmin);
    }
    if let Some(manager) = manager {
        check_manager(&*txn, id, manager).await?;
    }
    let before = staff_role::Entity::find().filter(staff_role::Column::StaffId.eq(id)).all(&*txn).await?;
    let before = standing(row.active, &before.iter().map(|role| role.role.as_str()).collect::<Vec<_>>().join(", "), row.manager_id);
    let name = row.name.clone();
    let mut row: staff::ActiveModel = row.into();
    row.active = Set(active);
    row.manager_id = Set(manager);
    row.update(&*txn).await?;
    if let Some(manager) = manager {
        let let_go = "UPDATE incident SET reviewer_id = NULL WHERE id IN (SELECT a.incident_id FROM incident_about a WHERE a.staff_id = $1) AND reviewer_id = $2";
        sql::run(&*txn, let_go, values![id, manager]).await?;
    }
    staff_role::Entity::delete_many().filter(staff_role::Column::StaffId.eq(id)).exec(&*txn).await?;
    give_roles(&*txn, id, roles).await?;
    if sells {
        stop_facilitating(&*txn, now, actor, id).await?;
    }
    crate::conduct::observer::detach_strangers(&*txn, now, actor).await?;
    sign_in::end_all_in(&*txn, id).await?;
    let after = standing(active, &words(roles), manager);
    history::record(&*txn, now, Entry { actor, act: "change roles", object: "staff", object_id: id, cohort: None, before, after }).await?;
    txn.commit().await?;
    Ok(name)
}

/// A session somebody facilitates that is not over.
#[derive(FromQueryResult)]
struct Facilitates {
    session: i64,
    cohort: i64,
    title: String,
}

async fn facilitated(txn: &impl ConnectionTrait, now: DateTime<Utc>, id: i64) -> Result<Vec<Facilitates>, DbErr> {
    sql::all(
        txn,
        "SELECT s.id AS session, s.cohort_id AS cohort, s.title FROM session_facilitator f JOIN session s ON s.id = f.session_id \
         WHERE f.staff_id = $1 AND s.ends_at > $2 ORDER BY s.cohort_id, s.id",
        values![id, now],
    )
    .await
}

/// Cohorts are locked before anybody of the staff, ids ascending: a session that is edited now locks them in that order too.
async fn lock_their_cohorts(txn: &impl ConnectionTrait, now: DateTime<Utc>, id: i64) -> Result<(), DbErr> {
    let cohorts: BTreeSet<i64> = facilitated(txn, now, id).await?.into_iter().map(|one| one.cohort).collect();
    for cohort in cohorts {
        cohort::Entity::find_by_id(cohort).lock_exclusive().one(txn).await?;
    }
    Ok(())
}

/// Takes somebody who sells now out of every session that is not over. They are locked, so nobody adds them meanwhile.
async fn stop_facilitating(txn: &impl ConnectionTrait, now: DateTime<Utc>, actor: Actor, id: i64) -> Result<(), DbErr> {
    for Facilitates { session, cohort, title } in facilitated(txn, now, id).await? {
        session_facilitator::Entity::delete_by_id((session, id)).exec(txn).await?;
        let entry = Entry {
            actor,
            act: "remove a facilitator",
            object: "session",
            object_id: session,
            cohort: Some(cohort),
            before: format!("{title}; staff {id}"),
            after: title,
        };
        history::record(txn, now, entry).await?;
    }
    Ok(())
}

/// An account in the history. Its manager is an id: names are looked up when history is read.
fn standing(active: bool, roles: &str, manager: Option<i64>) -> String {
    let manager = manager.map_or_else(String::new, |manager| format!("; manager staff {manager}"));
    format!("{}: {roles}{manager}", if active { "active" } else { "inactive" })
}

async fn check_manager(txn: &impl ConnectionTrait, id: i64, manager: i64) -> Result<(), Halt<StaffRefusal>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        manager_id: i64,
    }
    if manager == id {
        return refuse(StaffRefusal::OwnManager);
    }
    if staff::Entity::find_by_id(manager).one(txn).await?.is_none() {
        return refuse(StaffRefusal::Unknown);
    }
    let rows: Vec<Row> = sql::all(txn, "SELECT id, manager_id FROM staff WHERE manager_id IS NOT NULL", values![]).await?;
    let managers: Vec<(i64, i64)> = rows.into_iter().map(|row| (row.id, row.manager_id)).collect();
    if may_manage(id, manager, &managers) { Ok(()) } else { refuse(StaffRefusal::ManagerCircle) }
}

/// Whose welcome link this is: name and address. `None` when it is over.
///
/// # Errors
/// The database.
pub async fn welcomed(db: &Db, now: DateTime<Utc>, token: &str) -> Result<Option<(String, String)>, DbErr> {
    let Some(id) = link::find(db.read(), now, "password", token).await?.and_then(|link| link.staff_id) else { return Ok(None) };
    let found = staff::Entity::find_by_id(id).one(db.read()).await?;
    Ok(found.filter(|row| row.active).map(|row| (row.name, row.email)))
}

/// Chooses a password by a welcome link, ends other sign-ins and begins one. The link is used up.
///
/// # Errors
/// The link is over, or the password weak.
pub async fn set_password(db: &Db, now: DateTime<Utc>, token: &str, password: &str) -> Result<String, Halt<StaffRefusal>> {
    let Some((name, email)) = welcomed(db, now, token).await? else { return refuse(StaffRefusal::LinkOver) };
    strength(password, &email, &name).map_err(Halt::Refused)?;
    let password_hash = hash_password(password).await?;
    let txn = db.write().await?;
    // Asked again behind the write lock: of two tabs, one wins.
    let Some(id) = link::find(&*txn, now, "password", token).await?.and_then(|link| link.staff_id) else {
        return refuse(StaffRefusal::LinkOver);
    };
    link::revoke(&*txn, now, Opens::Password(id)).await?;
    let cookie = replace_password(&*txn, now, id, password_hash).await?;
    txn.commit().await?;
    Ok(cookie)
}

/// Changes a password by the old one, ends every other sign-in and begins a new one.
///
/// # Errors
/// The old one is wrong, or the new one weak.
pub async fn change_password(db: &Db, now: DateTime<Utc>, id: i64, old: &str, new: &str) -> Result<String, Halt<StaffRefusal>> {
    let bucket = format!("password:{id}");
    limit(db, now, &bucket).await?;
    let Some(row) = staff::Entity::find_by_id(id).one(db.read()).await? else { return refuse(StaffRefusal::Unknown) };
    if !verify(old, row.password_hash).await? {
        note_attempt(db, now, &bucket).await?;
        return refuse(StaffRefusal::WrongPassword);
    }
    strength(new, &row.email, &row.name).map_err(Halt::Refused)?;
    let password_hash = hash_password(new).await?;
    let txn = db.write().await?;
    let cookie = replace_password(&*txn, now, id, password_hash).await?;
    txn.commit().await?;
    Ok(cookie)
}

async fn replace_password(txn: &impl ConnectionTrait, now: DateTime<Utc>, id: i64, password_hash: String) -> Result<String, DbErr> {
    staff::ActiveModel { id: Set(id), password_hash: Set(Some(password_hash)), ..Default::default() }.update(txn).await?;
    sign_in::end_all_in(txn, id).await?;
    let entry = Entry {
        actor: Actor::Staff(id),
        act: "choose a password",
        object: "staff",
        object_id: id,
        cohort: None,
        before: String::new(),
        after: String::new(),
    };
    history::record(txn, now, entry).await?;
    sign_in::begin(txn, now, Holder::Staff(id)).await
}

/// Signs in by address and password; answers the cookie's value. An unknown address takes as long as a wrong password.
///
/// # Errors
/// They do not belong together, or too many attempts were made.
pub async fn sign_in(db: &Db, now: DateTime<Utc>, email: &str, password: &str) -> Result<String, Halt<StaffRefusal>> {
    let email = email.trim().to_lowercase();
    let bucket = format!("sign-in:{}", link::hash(&email));
    limit(db, now, &bucket).await?;
    let found = staff::Entity::find().filter(staff::Column::Email.eq(email)).filter(staff::Column::Active.eq(true)).one(db.read()).await?;
    let (id, password_hash) = found.map_or((0, None), |row| (row.id, row.password_hash));
    if !verify(password, password_hash).await? {
        note_attempt(db, now, &bucket).await?;
        return refuse(StaffRefusal::WrongPassword);
    }
    let txn = db.write().await?;
    attempt::Entity::delete_many().filter(attempt::Column::Bucket.eq(bucket)).exec(&*txn).await?;
    let cookie = sign_in::begin(&*txn, now, Holder::Staff(id)).await?;
    txn.commit().await?;
    Ok(cookie)
}

/// One line of the staff page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: i64,
    pub name: String,
    pub email: String,
    pub roles: Vec<Role>,
    pub active: bool,
    pub has_password: bool,
    /// Who leads them, as far as it is entered here.
    pub manager: Option<i64>,
}

/// Everybody, by name.
///
/// # Errors
/// The database.
pub async fn list(db: &Db) -> Result<Vec<Line>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        name: String,
        email: String,
        active: bool,
        password_hash: Option<String>,
        manager_id: Option<i64>,
        role: Option<String>,
    }
    let rows: Vec<Row> = sql::all(
        db.read(),
        "SELECT s.id, s.name, s.email, s.active, s.password_hash, s.manager_id, r.role FROM staff s LEFT JOIN staff_role r ON r.staff_id = s.id ORDER BY s.name, s.id, r.role",
        values![],
    )
    .await?;
    let mut lines: Vec<Line> = Vec::new();
    for row in rows {
        if lines.last().is_none_or(|line| line.id != row.id) {
            lines.push(Line {
                id: row.id,
                name: row.name,
                email: row.email,
                roles: vec![],
                active: row.active,
                has_password: row.password_hash.is_some(),
                manager: row.manager_id,
            });
        }
        if let (Some(line), Some(role)) = (lines.last_mut(), row.role.as_deref().and_then(Role::parse)) {
            line.roles.push(role);
        }
    }
    Ok(lines)
}

async fn insert(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    actor: Actor,
    email: &Email,
    name: &str,
    roles: &[Role],
    password_hash: Option<String>,
) -> Result<i64, DbErr> {
    let row = staff::ActiveModel {
        email: Set(email.as_str().to_owned()),
        name: Set(name.to_owned()),
        password_hash: Set(password_hash),
        active: Set(true),
        created_at: Set(now),
        ..Default::default()
    }
    .insert(txn)
    .await?;
    give_roles(txn, row.id, roles).await?;
    history::record(
        txn,
        now,
        Entry { actor, act: "add", object: "staff", object_id: row.id, cohort: None, before: String::new(), after: words(roles) },
    )
    .await?;
    Ok(row.id)
}

/// The sales firewall: whoever sells does nothing else here.
fn go_together(roles: &[Role]) -> Result<(), Halt<StaffRefusal>> {
    firewall::may_hold(roles).map_err(|why| Halt::Refused(StaffRefusal::Firewall(why)))
}

async fn give_roles(txn: &impl ConnectionTrait, id: i64, roles: &[Role]) -> Result<(), DbErr> {
    for role in roles {
        staff_role::ActiveModel { staff_id: Set(id), role: Set(role.as_str().to_owned()) }.insert(txn).await?;
    }
    Ok(())
}

fn words(roles: &[Role]) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ")
}

async fn by_email(db: &impl ConnectionTrait, email: &Email) -> Result<Option<staff::Model>, DbErr> {
    staff::Entity::find().filter(staff::Column::Email.eq(email.as_str())).one(db).await
}

fn strength(password: &str, email: &str, name: &str) -> Result<(), StaffRefusal> {
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(StaffRefusal::ShortPassword);
    }
    let same = |other: &str| password.eq_ignore_ascii_case(other);
    if same(email) || same(name) { Err(StaffRefusal::PasswordIsAddress) } else { Ok(()) }
}

/// argon2id, 19 MiB, two passes (OWASP's first choice for interactive sign-in).
fn hasher() -> Result<Argon2<'static>, Fault> {
    let params = Params::new(19_456, 2, 1, None).map_err(|why| Fault::Password(why.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

async fn hash_password(password: &str) -> Result<String, Fault> {
    let password = password.to_owned();
    off_the_loop(move || {
        let mut bytes = [0_u8; 16];
        rand::rng().fill_bytes(&mut bytes);
        let salt = SaltString::encode_b64(&bytes).map_err(|why| Fault::Password(why.to_string()))?;
        hasher()?.hash_password(password.as_bytes(), &salt).map(|hash| hash.to_string()).map_err(|why| Fault::Password(why.to_string()))
    })
    .await
}

/// A hash nobody's password has: checking against it takes as long as against a real one.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5aXNoZXJlMDAwMA$0000000000000000000000000000000000000000000";

async fn verify(password: &str, stored: Option<String>) -> Result<bool, Fault> {
    let password = password.to_owned();
    off_the_loop(move || {
        let somebody = stored.is_some();
        let stored = stored.unwrap_or_else(|| NOBODY.to_owned());
        let parsed = PasswordHash::new(&stored).map_err(|why| Fault::Password(why.to_string()))?;
        Ok(hasher()?.verify_password(password.as_bytes(), &parsed).is_ok() && somebody)
    })
    .await
}

async fn off_the_loop<T: Send + 'static>(work: impl FnOnce() -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.map_err(|why| Fault::Password(why.to_string()))?
}

/// Refuses when the bucket has seen too many attempts in the last quarter of an hour. Kept in the database, so that
/// the limit holds across servers.
async fn limit(db: &Db, now: DateTime<Utc>, bucket: &str) -> Result<(), Halt<StaffRefusal>> {
    let since = now - TimeDelta::minutes(15);
    let made =
        sql::number(db.read(), "SELECT count(*) AS n FROM attempt WHERE bucket = $1 AND made_at > $2", values![bucket, since]).await?;
    if made >= MOST_ATTEMPTS { refuse(StaffRefusal::TooManyAttempts) } else { Ok(()) }
}

async fn note_attempt(db: &Db, now: DateTime<Utc>, bucket: &str) -> Result<(), DbErr> {
    let txn = db.write().await?;
    attempt::Entity::delete_many().filter(attempt::Column::MadeAt.lt(now - TimeDelta::hours(1))).exec(&*txn).await?;
    attempt::ActiveModel { bucket: Set(bucket.to_owned()), made_at: Set(now), ..Default::default() }.insert(&*txn).await?;
    txn.commit().await
}
