//! Throw-away databases for tests: a SQLite file, and a PostgreSQL server on a private port.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use crate::{Config, Error, Result, Store};

static NEXT: AtomicU32 = AtomicU32::new(1);

/// A folder that is removed when it is dropped.
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    pub fn new() -> Result<Folder> {
        let name = format!("fadu-trial-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path)?;
        Ok(Folder { path })
    }
    pub fn path(&self) -> &Path {
        &self.path
    }
    /// The address of a SQLite file in the folder.
    pub fn sqlite(&self, name: &str) -> String {
        format!("sqlite:{}", self.path.join(name).display())
    }
    /// A store on a new SQLite file that does not wait for the disk.
    pub fn store(&self, name: &str) -> Result<Store> {
        Store::open(&Config::new(self.sqlite(name)).fast())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own tidying of temporary files.
        drop(fs::remove_dir_all(&self.path));
    }
}

/// A PostgreSQL server of our own, stopped and removed when it is dropped.
pub struct Postgres {
    programs: PathBuf,
    folder: Folder,
    port: u16,
    server: Child,
    databases: AtomicU32,
}

impl Postgres {
    /// Starts a server; `None`, with a note on the error stream, when PostgreSQL is not installed.
    pub fn start() -> Result<Option<Postgres>> {
        let Some(programs) = programs() else {
            eprintln!("PostgreSQL is not installed: the part of this test that needs it is skipped");
            return Ok(None);
        };
        let folder = Folder::new()?;
        let data = folder.path().join("data");
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(folder.path()))?;
        }
        run(program(&programs, "initdb", folder.path())
            .args(["-A", "trust", "-U", "fadu", "-E", "UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(&data))?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = program(&programs, "postgres", folder.path())
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=120"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let postgres = Postgres { programs, folder, port, server, databases: AtomicU32::new(1) };
        let until = Instant::now() + Duration::from_secs(30);
        while let Err(error) = postgres::Client::connect(&postgres.url("postgres"), postgres::NoTls) {
            if Instant::now() > until {
                return Err(error.into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(Some(postgres))
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://fadu@127.0.0.1:{}/{database}", self.port)
    }

    /// The address of a new, empty database.
    pub fn fresh(&self) -> Result<String> {
        let name = format!("trial_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut client = postgres::Client::connect(&self.url("postgres"), postgres::NoTls)?;
        client.batch_execute(&format!("CREATE DATABASE {name}"))?;
        Ok(self.url(&name))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let stopped = run(program(&self.programs, "pg_ctl", self.folder.path()).arg("-D").arg(self.folder.path().join("data")).args([
            "stop",
            "-m",
            "immediate",
        ]));
        if let Err(error) = stopped {
            eprintln!("the PostgreSQL of this test was not stopped: {error}");
        }
        drop(self.server.wait());
    }
}

/// Runs a test on a new SQLite file and, where it is installed, on a new PostgreSQL database.
/// The test is given the name of the database for its messages, and the address.
pub fn on_both(test: impl Fn(&str, &str)) -> Result<()> {
    let folder = Folder::new()?;
    test("SQLite", &folder.sqlite("trial.db"));
    if let Some(postgres) = Postgres::start()? {
        test("PostgreSQL", &postgres.fresh()?);
    }
    Ok(())
}

/// The newest installation in the places where distributions put it.
fn programs() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| (version.file_name().to_string_lossy().parse().unwrap_or(0), version.path().join("bin")))
        .filter(|(_, folder)| folder.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().map(|(_, folder)| folder)
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// PostgreSQL refuses to run as root; there it is run as its own user.
fn program(programs: &Path, name: &str, folder: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(programs.join(name));
        command
    } else {
        Command::new(programs.join(name))
    };
    command.current_dir(folder);
    command
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(Error::File(String::from_utf8_lossy(&output.stderr).into_owned())),
    }
}
