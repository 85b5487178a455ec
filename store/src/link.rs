//! Secret links. A token is a kind prefix and 256 random bits; only its SHA-256 is stored. Re-issuing revokes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use domain::time::is_second_press;
use rand::RngCore as _;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, Set};
use sha2::{Digest, Sha256};

use crate::entity::link;

/// What a link opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opens {
    Invitation(i64),
    Delegation(i64),
    Feed(i64),
    Password(i64),
}

impl Opens {
    const fn kind(self) -> &'static str {
        match self {
            Self::Invitation(_) => "invitation",
            Self::Delegation(_) => "delegation",
            Self::Feed(_) => "feed",
            Self::Password(_) => "password",
        }
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Invitation(_) => "inv_",
            Self::Delegation(_) => "del_",
            Self::Feed(_) => "cal_",
            Self::Password(_) => "pwd_",
        }
    }
}

/// A secret, for one reader's eyes: 43 characters of base64url after an optional prefix.
#[must_use]
pub fn random_token(prefix: &str) -> String {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// A number nobody guesses and that tells no order, for rows whose number would tell something. As large as every reader of
/// JSON keeps exact, and never 0.
#[must_use]
pub fn random_id() -> i64 {
    i64::try_from(rand::rng().next_u64() >> 11).unwrap_or(1).max(1)
}

/// What is stored in place of a secret: 64 hexadecimal digits.
#[must_use]
pub fn hash(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes one more link and answers its token.
pub(crate) async fn mint(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    opens: Opens,
    expires_at: Option<DateTime<Utc>>,
) -> Result<String, DbErr> {
    let token = random_token(opens.prefix());
    let (mut staff, mut invitation, mut allotment, mut registration) = (None, None, None, None);
    match opens {
        Opens::Invitation(id) => invitation = Some(id),
        Opens::Delegation(id) => allotment = Some(id),
        Opens::Feed(id) => registration = Some(id),
        Opens::Password(id) => staff = Some(id),
    }
    link::ActiveModel {
        kind: Set(opens.kind().to_owned()),
        token_hash: Set(hash(&token)),
        staff_id: Set(staff),
        invitation_id: Set(invitation),
        allotment_id: Set(allotment),
        registration_id: Set(registration),
        created_at: Set(now),
        expires_at: Set(expires_at),
        ..Default::default()
    }
    .insert(txn)
    .await?;
    Ok(token)
}

/// Revokes every live link that opens this.
pub(crate) async fn revoke(txn: &impl ConnectionTrait, now: DateTime<Utc>, opens: Opens) -> Result<(), DbErr> {
    link::Entity::update_many()
        .set(link::ActiveModel { revoked_at: Set(Some(now)), ..Default::default() })
        .filter(owner(opens))
        .filter(link::Column::Kind.eq(opens.kind()))
        .filter(link::Column::RevokedAt.is_null())
        .exec(txn)
        .await
        .map(|_| ())
}

/// The rows whose link opens this.
fn owner(opens: Opens) -> sea_orm::sea_query::Expr {
    match opens {
        Opens::Invitation(id) => link::Column::InvitationId.eq(id),
        Opens::Delegation(id) => link::Column::AllotmentId.eq(id),
        Opens::Feed(id) => link::Column::RegistrationId.eq(id),
        Opens::Password(id) => link::Column::StaffId.eq(id),
    }
}

/// Whether a live link that opens this was made by the same press of the button: its mail is not sent twice.
pub(crate) async fn is_fresh(txn: &impl ConnectionTrait, now: DateTime<Utc>, opens: Opens) -> Result<bool, DbErr> {
    let newest = link::Entity::find()
        .filter(owner(opens))
        .filter(link::Column::Kind.eq(opens.kind()))
        .filter(link::Column::RevokedAt.is_null())
        .order_by_desc(link::Column::CreatedAt)
        .one(txn)
        .await?;
    Ok(newest.is_some_and(|made| is_second_press(made.created_at, now)))
}

/// Revokes, then makes one: the old link is dead in the transaction that makes the new one.
pub(crate) async fn reissue(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    opens: Opens,
    expires_at: Option<DateTime<Utc>>,
) -> Result<String, DbErr> {
    revoke(txn, now, opens).await?;
    mint(txn, now, opens, expires_at).await
}

/// The live link of a token of this kind, if there is one. Unknown, revoked and expired answer alike.
pub(crate) async fn find(db: &impl ConnectionTrait, now: DateTime<Utc>, kind: &str, token: &str) -> Result<Option<link::Model>, DbErr> {
    let found = link::Entity::find()
        .filter(link::Column::TokenHash.eq(hash(token)))
        .filter(link::Column::Kind.eq(kind))
        .filter(link::Column::RevokedAt.is_null())
        .one(db)
        .await?;
    Ok(found.filter(|link| link.expires_at.is_none_or(|until| now < until)))
}
