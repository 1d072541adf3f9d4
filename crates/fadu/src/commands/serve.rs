//! `fadu serve` and `fadu demo`: the site, the interface for programs, and the rounds of the clock.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use actions::Hall;
use actions::person::NewAccount;
use actions::seal::Seal;
use anyhow::Context;
use clap::Args;
use jiff::civil::DateTime;

use super::checkpoint::Key;
use super::hall::Database;
use super::rehearse::play;
use crate::folder::Place;
use crate::rehearse::district::DistrictYear;

#[derive(Args)]
pub struct Serve {
    /// Where to listen.
    #[arg(long, env = "FADU_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Keep the clock at this moment (YYYY-MM-DDTHH:MM:SS), for training and tests.
    #[arg(long, value_name = "MOMENT")]
    at: Option<DateTime>,
    #[command(flatten)]
    key: Key,
    #[command(flatten)]
    database: Database,
}

#[derive(Args)]
pub struct Demo {
    /// The district-year to rehearse first.
    #[arg(long, value_name = "FILE")]
    district: Option<PathBuf>,
    #[arg(long, default_value_t = 0.01)]
    scale: f64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Begin again even when a demonstration is there already.
    #[arg(long)]
    fresh: bool,
    /// Rehearse and make the accounts, then stop.
    #[arg(long)]
    no_serve: bool,
    #[arg(long, env = "FADU_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Keep the clock at this moment.
    #[arg(long, value_name = "MOMENT")]
    at: Option<DateTime>,
    #[arg(long, default_value = "data/demo.db", value_name = "FILE")]
    file: PathBuf,
}

/// People of the demonstration: login, person in the register of officers, what they are.
const PEOPLE: [(&str, &str, &str, &str); 17] = [
    ("citizen", "", "王小明", "群众：申请、查进度、评价、打热线"),
    ("clerk", "clerk", "张丽", "窗口受理人员"),
    ("examiner", "examiner", "李强", "审查人员"),
    ("approver", "approver", "赵敏", "审批决定人"),
    ("zhang", "zhang", "张军", "执法人员（市场监督管理局）"),
    ("li", "li", "李静", "执法人员（市场监督管理局）"),
    ("head", "head", "周勇", "市场监督管理局负责人"),
    ("operator", "operator", "吴芳", "热线受理员"),
    ("supervisor", "supervisor", "郑平", "司法局监督人员"),
    ("leader", "leader", "孙涛", "区领导"),
    ("keeper", "keeper", "何梅", "清单管理人员"),
    ("office", "office", "宋洁", "依法治区办：启动报告、催报、报送"),
    ("writer", "writer", "许静", "报告撰写人（市场监督管理局）"),
    ("writer2", "writer2", "唐斌", "报告撰写人（市场监督管理局）"),
    ("appraiser", "appraiser", "冯静", "考核办公室人员（司法局）"),
    ("appraiser2", "appraiser-2", "许明", "考核办公室人员（人力资源和社会保障局）"),
    ("liaison", "liaison-market-regulation", "韩丽", "考核联络员（市场监督管理局）"),
];

/// Requests worked on at once: enough to share one fsync among many, as many as the store keeps connections for.
pub const WORKERS: usize = 32;

/// The one password of all demonstration accounts; a demonstration listens on this machine only.
const PASSWORD: &str = "fadu-demo";

pub fn demo(command: Demo, place: &Place) -> anyhow::Result<ExitCode> {
    let law = place.path()?;
    let file = match command.district {
        Some(file) => file,
        None => law.parent().map(|root| root.join("districts/xinfu-2022.toml")).context("no district-year given")?,
    };
    let district = DistrictYear::read(&file)?;
    if command.fresh {
        for ending in ["", "-wal", "-shm", ".writer"] {
            let mut name = command.file.clone().into_os_string();
            name.push(ending);
            let _ = std::fs::remove_file(name);
        }
    }
    let there = command.file.exists();
    let database = Database {
        database: format!("sqlite:{}", command.file.display()),
        division: Some(district.division.clone()),
        address: format!("http://{}", command.listen),
    };
    let seal = Key::default().seal(&database)?.map(Arc::new);
    let hall = database.hall(place)?.with_seal(seal.clone());
    if there {
        println!("a demonstration is there already in {} (begin again with --fresh)", command.file.display());
    } else {
        play(&hall, &district, command.scale, command.seed)?;
        let (people, _, _) = crate::rehearse::people::settle(&hall.law, &district.name, &district.townships, district.year);
        let steps = crate::rehearse::reports::play(&hall, &people, district.year, clock(command.at)())?;
        println!("the reports of {}: {steps} steps", district.year);
        let recent = crate::rehearse::recent::play(&hall, &district, clock(command.at)(), command.seed)?;
        println!("the last weeks before today: {} cases, {} steps, {} lapses", recent.cases, recent.steps, recent.lapses);
        let batches = crate::rehearse::pool::play(&hall, clock(command.at)())?;
        println!("the data pool: {batches} batches in the months before today");
        for (login, person, name, _) in PEOPLE {
            hall.make_account(&NewAccount {
                login: login.to_owned(),
                name: name.to_owned(),
                password: PASSWORD.to_owned(),
                person: person.to_owned(),
            })?;
        }
        if let Some(seal) = &seal {
            hall.publish_checkpoint(seal, clock(command.at)().date())?;
        }
    }
    println!();
    println!("  site          http://{}/", command.listen);
    println!("  officers      http://{}/officer", command.listen);
    println!("  supervisor    http://{}/supervisor", command.listen);
    println!("  leader        http://{}/leader", command.listen);
    println!("  figures       http://{}/figures?year={}", command.listen, district.year);
    println!("  API           http://{}/api/openapi.json", command.listen);
    println!();
    println!("  accounts (password {PASSWORD}):");
    for (login, _, name, what) in PEOPLE {
        println!("    {login:12} {name}  {what}");
    }
    println!();
    if command.no_serve {
        return Ok(ExitCode::SUCCESS);
    }
    listen(Arc::new(hall), command.listen, command.at, seal)
}

pub fn serve(command: Serve, place: &Place) -> anyhow::Result<ExitCode> {
    let seal = command.key.seal(&command.database)?.map(Arc::new);
    let hall = Arc::new(command.database.hall_unfolded(place)?.with_seal(seal.clone()));
    fold_beside(hall.clone())?;
    if seal.is_none() {
        eprintln!("fadu: no checkpoints will be published: say where the signing key is with --key FILE or FADU_KEY");
    }
    println!("serving {} on http://{}/", hall.settings.name, command.listen);
    listen(hall, command.listen, command.at, seal)
}

/// Counts new figures over history while the site is served; until they are counted they give no number. A restart goes on from there.
fn fold_beside(hall: Arc<Hall>) -> anyhow::Result<()> {
    let new = hall.folding().len();
    if new == 0 {
        return Ok(());
    }
    println!("counting {new} new or changed figures over history, beside the work");
    std::thread::Builder::new().name("figures".to_owned()).spawn(move || {
        while let Err(error) = hall.fold_figures(|_| ()) {
            eprintln!("fadu: new figures were not counted and will be tried again: {error}");
            std::thread::sleep(Duration::from_secs(60));
        }
        println!("the new figures are counted");
    })?;
    Ok(())
}

/// The wall clock in China, or one that stands still.
pub fn clock(at: Option<DateTime>) -> Arc<dyn Fn() -> DateTime + Send + Sync> {
    match at {
        Some(at) => Arc::new(move || at),
        None => Arc::new(|| {
            let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
            actions::moment::wall(i64::try_from(seconds).unwrap_or(i64::MAX))
        }),
    }
}

fn listen(hall: Arc<Hall>, address: SocketAddr, at: Option<DateTime>, seal: Option<Arc<Seal>>) -> anyhow::Result<ExitCode> {
    let now = clock(at);
    let rounds = hall.clone();
    let tick = now.clone();
    // The minute's round; it heals itself when one was missed.
    std::thread::Builder::new().name("rounds".to_owned()).spawn(move || {
        loop {
            if let Err(error) = rounds.run_round(tick()) {
                eprintln!("fadu: the round failed and will be tried again: {error}");
            }
            if let Err(error) = rounds.sweep_sessions(tick()) {
                eprintln!("fadu: ended sessions were not swept: {error}");
            }
            if let Some(seal) = &seal
                && let Err(error) = rounds.publish_due_checkpoint(seal, tick())
            {
                eprintln!("fadu: yesterday's checkpoint was not published and will be tried again: {error}");
            }
            std::thread::sleep(Duration::from_secs(60));
        }
    })?;
    let runtime = tokio::runtime::Builder::new_multi_thread().max_blocking_threads(WORKERS).enable_all().build()?;
    runtime.block_on(async move {
        let router = api::router(hall.clone(), now.clone()).merge(web::router(hall, now));
        let listener =
            tokio::net::TcpListener::bind(address).await.with_context(|| format!("{address} is taken; choose another with --listen"))?;
        // The peer's address reaches the rooms that limit how often a door is tried.
        axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).with_graceful_shutdown(stop()).await?;
        anyhow::Ok(())
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn stop() {
    let interrupt = tokio::signal::ctrl_c();
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! { _ = interrupt => {}, () = terminate => {} }
}
