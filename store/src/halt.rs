//! How an act ends when it is not done: refused for a reason, or stopped by a fault.

use sea_orm::DbErr;

/// A fault: nobody's decision, nothing the person asking can help.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("the database: {0}")]
    Database(#[from] DbErr),
    #[error("a stored value does not read back: {0}")]
    Unreadable(String),
    #[error("hashing a password: {0}")]
    Password(String),
}

impl Fault {
    /// Whether the database is out of reach or out of room, rather than wrong: the answer is 503.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        let Self::Database(error) = self else { return false };
        matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) || {
            let text = error.to_string();
            [
                "database is locked",
                "disk is full",
                "disk I/O error",
                "pool timed out",
                "Connection refused",
                "connection closed",
                "terminating connection",
                // Two acts waited for each other, and this one gave way: pressed again, it goes through.
                "deadlock detected",
            ]
            .iter()
            .any(|sign| text.contains(sign))
        }
    }
}

/// Refused (`R` says why and what to do next) or stopped by a fault.
#[derive(Debug)]
pub enum Halt<R> {
    Refused(R),
    Fault(Fault),
}

impl<R> Halt<R> {
    /// The same halt with another kind of refusal.
    pub fn map<S>(self, into: impl FnOnce(R) -> S) -> Halt<S> {
        match self {
            Self::Refused(why) => Halt::Refused(into(why)),
            Self::Fault(fault) => Halt::Fault(fault),
        }
    }
}

impl<R> From<DbErr> for Halt<R> {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

impl<R> From<Fault> for Halt<R> {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Ends an act with a refusal.
pub(crate) fn refuse<T, R>(why: R) -> Result<T, Halt<R>> {
    Err(Halt::Refused(why))
}

/// A word from a row, read back into its type.
pub(crate) fn word<T>(parsed: Option<T>, stored: &str) -> Result<T, Fault> {
    parsed.ok_or_else(|| Fault::Unreadable(stored.to_owned()))
}
