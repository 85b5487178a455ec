//! A database of its own for each check. PostgreSQL runs as one cluster a test program: started on a free port, ended and
//! removed when the program ends, however it ends.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use store::Db;

/// Which database a check runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// A migrated, empty database, and where it is.
pub struct Scratch {
    pub db: Db,
    pub url: String,
    folder: Option<PathBuf>,
}

impl Scratch {
    /// A new one.
    ///
    /// # Panics
    /// There is no database to be had: the check cannot run, and says why.
    pub async fn new(kind: Kind) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let (url, folder) = match kind {
            Kind::Sqlite => {
                let folder = std::env::temp_dir().join(format!("cohortium-test-{}-{number}", std::process::id()));
                std::fs::create_dir_all(&folder).expect("a temporary folder");
                (format!("sqlite://{}", folder.join("test.db").display()), Some(folder))
            }
            Kind::Postgres => {
                let cluster = cluster();
                let name = format!("t{number}");
                let admin = format!("postgres://cohortium@127.0.0.1:{}/postgres", cluster.port);
                let db = Db::connect(&admin).await.expect("the test cluster answers");
                sea_orm::ConnectionTrait::execute_unprepared(db.read(), &format!("CREATE DATABASE {name}"))
                    .await
                    .expect("a database is made");
                (format!("postgres://cohortium@127.0.0.1:{}/{name}", cluster.port), None)
            }
        };
        let db = Db::connect(&url).await.expect("the scratch database opens");
        db.migrate().await.expect("the migrations run");
        Self { db, url, folder }
    }

    /// The SQLite file.
    #[must_use]
    pub fn file(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join("test.db"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

struct Cluster {
    port: u16,
}

/// The cluster of this program, started on first use. It lives as long as a pipe from here is open.
fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        let bin = postgres_bin().unwrap_or_else(|| panic!("PostgreSQL is not installed: run `apt-get install postgresql`, or put initdb and postgres on PATH"));
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
        let folder = std::env::temp_dir().join(format!("cohortium-pg-{}", std::process::id()));
        let script = format!(
            "set -e; umask 077; rm -rf {folder}; mkdir -p {folder}; \
             {bin}initdb -D {folder}/data -U cohortium -A trust --no-sync -E UTF8 --locale=C >{folder}/log 2>&1; \
             {bin}postgres -D {folder}/data -p {port} -h 127.0.0.1 -k {folder} -c fsync=off -c max_connections=400 -c shared_buffers=64MB >>{folder}/log 2>&1 & \
             pid=$!; until {bin}pg_isready -q -h 127.0.0.1 -p {port} || ! kill -0 $pid 2>/dev/null; do sleep 0.1; done; echo ready; \
             cat >/dev/null || true; kill -INT $pid; wait $pid || true; rm -rf {folder}",
            folder = folder.display(),
            bin = bin.display(),
        );
        // PostgreSQL does not run as root.
        let root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.starts_with(b"0\n"));
        let mut command = if root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "sh", "-c", &script]);
            command
        } else {
            let mut command = Command::new("sh");
            command.args(["-c", &script]);
            command
        };
        let mut child = command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("PostgreSQL starts");
        let mut ready = [0_u8; 6];
        child.stdout.as_mut().expect("its output").read_exact(&mut ready).expect("PostgreSQL becomes ready");
        // The pipe closes with this program, and the script ends the cluster.
        std::mem::forget(child);
        Cluster { port }
    })
}

/// The folder of `initdb`, with its slash; empty when it is on PATH.
fn postgres_bin() -> Option<Bin> {
    let mut versions: Vec<PathBuf> =
        std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin")).collect();
    versions.sort();
    versions.retain(|bin| bin.join("initdb").exists() && bin.join("postgres").exists());
    if let Some(bin) = versions.pop() {
        return Some(Bin(format!("{}/", bin.display())));
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).any(|folder| has_all(&folder)).then(|| Bin(String::new()))
}

fn has_all(folder: &Path) -> bool {
    ["initdb", "postgres", "pg_isready"].iter().all(|program| folder.join(program).exists())
}

struct Bin(String);

impl Bin {
    fn display(&self) -> &str {
        &self.0
    }
}

/// Checks, each run on SQLite and on PostgreSQL: the body gets a [`Scratch`].
#[macro_export]
macro_rules! both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($scratch:ident) $body:block)+) => {
        $(mod $name {
            use super::*;

            async fn check($scratch: $crate::database::Scratch) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() {
                check($crate::database::Scratch::new($crate::database::Kind::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgres() {
                check($crate::database::Scratch::new($crate::database::Kind::Postgres).await).await;
            }
        })+
    };
}
