//! The hub under load on one core with its database, beside the least that a hub on the same database can be. The load
//! comes from the other core, so there must be two.

mod crowd;
mod load;
mod server;
mod waiting;

use std::path::Path;
use std::time::{Duration, Instant};

use guide_common::demo;

use self::crowd::Crowd;
use self::load::{Loaded, Until, load};
use self::server::{Database, Server};
use crate::bench::shop::block_on;

const N_GUIDES: usize = 50_000;
const N_CONNECTIONS: usize = 32;
const N_WAITING: usize = 10_000;
const SECONDS: Duration = Duration::from_secs(6);
/// The size of the bodies that the ceiling stores, about that of an outcome on its way.
const BODY: &str = concat!(
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
);

/// Measures both engines.
pub fn run() -> anyhow::Result<()> {
    server::to_second_core()?;
    server::many_open_files(N_WAITING as u64 + 2_000)?;
    for engine in ["postgres", "sqlite"] {
        let folder = tempfile::Builder::new().prefix("gh").tempdir_in("/tmp")?;
        // the cluster's user has to reach its own folder
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o711))?;
        let database = match engine {
            "postgres" => Database::postgres(folder.path())?,
            _ => Some(Database::sqlite(folder.path())),
        };
        match database {
            Some(database) => measure(&database, folder.path())?,
            None => println!("guide-hub on PostgreSQL: left out, there is no server here"),
        }
    }
    Ok(())
}

/// What nothing on the same database can be better than.
struct Ceiling {
    nothing: Loaded,
    check: Loaded,
    push: Loaded,
}

fn measure(database: &Database, folder: &Path) -> anyhow::Result<()> {
    let home = folder.join("home");
    std::fs::create_dir(&home)?;
    println!("guide-hub on {}, {N_GUIDES} guides, {N_CONNECTIONS} connections, one core", database.name);
    let ceiling = block_on(ceiling(database, &home))?;
    println!("  ceiling, axum alone: {}", ceiling.nothing);
    println!("  ceiling, one SELECT: {}", ceiling.check);
    println!("  ceiling, one INSERT: {}", ceiling.push);
    let mut crowd = chain(database, &home)?;
    let started = Instant::now();
    database.cli(&home, &["store", "list"])?;
    println!("  first opening, on which it tells all terminals of {N_GUIDES} colleagues: {:.1?}", started.elapsed());
    let hub = Server::hub(database, &home)?;
    block_on(async {
        crowd.look_again(&database.url).await?;
        checks(&hub, &crowd, &ceiling).await?;
        memory(&hub, &crowd).await?;
        let waited = waiting::wait(&hub, &crowd, N_WAITING).await?;
        println!(
            "  {} waiting connections: RSS {:.1} MiB, {:.1} % of a core, woken by a change: {}",
            waited.n,
            waited.rss_mib,
            waited.core_share * 100.0,
            waited.wake_ups
        );
        pushes(&hub, &mut crowd, &ceiling).await
    })
}

async fn ceiling(database: &Database, home: &Path) -> anyhow::Result<Ceiling> {
    let server = Server::ceiling(database, home)?;
    let until = Until::Time(SECONDS);
    let get = |path: &'static str| {
        let mut n = 0_u64;
        move |request: &mut Vec<u8>| {
            n = (n + 7_919) % 50_000;
            request.extend_from_slice(format!("GET {path}?i={n} HTTP/1.1\r\nhost: hub\r\n\r\n").as_bytes());
        }
    };
    let nothing = load(&server, N_CONNECTIONS, until, 200, get("/nothing")).await?;
    let check = load(&server, N_CONNECTIONS, until, 200, get("/check")).await?;
    let mut n = 0_u64;
    let push = load(&server, N_CONNECTIONS, until, 200, move |request| {
        n = (n + 7_919) % 50_000;
        let head = format!("POST /push?i={n} HTTP/1.1\r\nhost: hub\r\ncontent-length: {}\r\n\r\n{BODY}", BODY.len());
        request.extend_from_slice(head.as_bytes());
    })
    .await?;
    Ok(Ceiling { nothing, check, push })
}

/// Makes the chain: headquarters' own programs for what all share, and rows for its guides.
fn chain(database: &Database, home: &Path) -> anyhow::Result<Crowd> {
    database.cli(home, &["store", "add", "--id", "s1", "--name", "云杉路店"])?;
    let chain = demo::sized(1, 1, 1, 1);
    for (what, files) in [("templates", chain.templates), ("plans", chain.plans), ("settings", vec![chain.settings])] {
        let mut args = vec!["publish".to_owned(), what.to_owned()];
        for (name, text) in files {
            let file = home.join(name);
            std::fs::write(&file, text)?;
            args.push(file.to_string_lossy().into_owned());
        }
        database.cli(home, &args.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
    block_on(crowd::register(&database.url, N_GUIDES))
}

async fn checks(hub: &Server, crowd: &Crowd, ceiling: &Ceiling) -> anyhow::Result<()> {
    let poll_of = |n_guides: usize, wait: Option<u32>| {
        let (members, epoch) = (crowd.members.clone(), crowd.epoch.clone());
        let mut n = 0;
        move |request: &mut Vec<u8>| {
            n = (n + 7_919) % n_guides;
            members[n].poll(&epoch, wait.map(|wait| (wait, None)), request);
        }
    };
    let first = load(hub, N_CONNECTIONS, Until::Answers(N_GUIDES), 304, poll_of(N_GUIDES, None)).await?;
    println!("  nothing new, every terminal's first check after a start: {}", of(&first, &ceiling.check));
    let again = load(hub, N_CONNECTIONS, Until::Time(SECONDS), 304, poll_of(N_GUIDES, None)).await?;
    println!("  nothing new: {}; goal 0.6×", of(&again, &ceiling.check));
    // only who would wait is answered from memory
    let memory = load(hub, N_CONNECTIONS, Until::Time(SECONDS), 304, poll_of(500, Some(0))).await?;
    println!("  nothing new, from memory: {}; goal 0.4×", of(&memory, &ceiling.nothing));
    Ok(())
}

async fn memory(hub: &Server, crowd: &Crowd) -> anyhow::Result<()> {
    let mut at = Vec::new();
    for _ in 0..3 {
        let (members, epoch) = (crowd.members.clone(), crowd.epoch.clone());
        let mut n = 0;
        let next = move |request: &mut Vec<u8>| {
            n = (n + 7_919) % members.len();
            members[n].poll(&epoch, None, request);
        };
        load(hub, 1_000, Until::Answers(100_000), 304, next).await?;
        at.push(format!("{:.1}", hub.rss_mib()?));
    }
    println!("  RSS after 100,000, 200,000, 300,000 requests of 1,000 connections: {} MiB", at.join(", "));
    Ok(())
}

async fn pushes(hub: &Server, crowd: &mut Crowd, ceiling: &Ceiling) -> anyhow::Result<()> {
    let mut first_guide = 0;
    let mut rates = Vec::new();
    for (what, n_ops, names_due) in [
        ("pushes of one outcome", 1, false),
        ("pushes of one outcome that names a due", 1, true),
        ("pushes of 20 outcomes", 20, false),
    ] {
        // other guides for each: a customer's file grows with the outcomes that are pushed
        let mut members: Vec<_> = crowd.members[first_guide..first_guide + 10_000].to_vec();
        first_guide += 10_000;
        let mut n = 0;
        let next = move |request: &mut Vec<u8>| {
            n = (n + 7_919) % members.len();
            let made = members[n].push(n_ops, names_due, request);
            // what is not written is not answered, and the load ends with an error
            debug_assert!(made.is_ok());
        };
        let loaded = load(hub, N_CONNECTIONS, Until::Time(SECONDS), 200, next).await?;
        println!("  {what}: {}", of(&loaded, &ceiling.push));
        rates.push(loaded);
    }
    if let [single, _, batches] = rates.as_slice() {
        println!(
            "  outcomes in batches of 20: {:.0}/s, {:.0} a core-second; {:.1}× the single ones, goal 5×",
            batches.rate * 20.0,
            batches.per_core_s * 20.0,
            batches.per_core_s * 20.0 / single.per_core_s
        );
    }
    Ok(())
}

/// A load beside its ceiling, by what a second on the core yields.
fn of(loaded: &Loaded, ceiling: &Loaded) -> String {
    format!("{loaded}; {:.2}× the ceiling", loaded.per_core_s / ceiling.per_core_s)
}
