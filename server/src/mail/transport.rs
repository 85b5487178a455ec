//! The way out: a folder of `.eml` files, a mail server, or a list in memory for tests.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::config::MailTo;

/// Where mail goes.
#[derive(Clone)]
pub enum Transport {
    Folder(PathBuf),
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Memory(Arc<Mutex<Vec<Vec<u8>>>>),
}

/// Why a mail did not leave.
#[derive(Debug)]
pub struct Undelivered {
    /// Without addresses: it is shown and logged.
    pub why: String,
    /// Trying again would not help.
    pub permanent: bool,
}

impl Transport {
    /// By the settings.
    ///
    /// # Errors
    /// The address of the mail server does not parse.
    pub fn new(to: &MailTo) -> Result<Self, String> {
        Ok(match to {
            MailTo::Folder(folder) => Self::Folder(folder.clone()),
            MailTo::Smtp(url) => Self::Smtp(AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|why| why.to_string())?.build()),
        })
    }

    /// Asks whether mail can leave.
    ///
    /// # Errors
    /// Why it cannot, in one sentence.
    pub async fn check(&self) -> Result<(), String> {
        match self {
            Self::Folder(folder) => {
                tokio::fs::create_dir_all(folder).await.map_err(|why| format!("the mail folder {} cannot be made: {why}", folder.display()))
            }
            Self::Smtp(server) => match server.test_connection().await {
                Ok(true) => Ok(()),
                Ok(false) => Err("the mail server does not answer".to_owned()),
                Err(why) => Err(format!("the mail server: {why}")),
            },
            Self::Memory(_) => Ok(()),
        }
    }

    /// Hands over one message.
    ///
    /// # Errors
    /// It did not leave.
    pub async fn send(&self, id: i64, kind: &str, message: Message) -> Result<(), Undelivered> {
        match self {
            Self::Folder(folder) => write(folder, &format!("{id:06}-{kind}.eml"), message.formatted())
                .await
                .map_err(|why| Undelivered { why: format!("writing the mail file: {why}"), permanent: false }),
            Self::Smtp(server) => {
                server.send(message).await.map(|_| ()).map_err(|why| Undelivered { permanent: why.is_permanent(), why: why.to_string() })
            }
            Self::Memory(sent) => {
                sent.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(message.formatted());
                Ok(())
            }
        }
    }
}

/// Written beside and renamed: whoever reads the folder never sees half a mail.
async fn write(folder: &std::path::Path, name: &str, bytes: Vec<u8>) -> std::io::Result<()> {
    tokio::fs::create_dir_all(folder).await?;
    let beside = folder.join(format!(".{name}.part"));
    tokio::fs::write(&beside, bytes).await?;
    tokio::fs::rename(beside, folder.join(name)).await
}
