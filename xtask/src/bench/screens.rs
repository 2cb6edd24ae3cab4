//! Every screen under the keys that a guide presses there, with small and with very large shops, beside programs that
//! people know: the least ratatui list, fzf, atuin and bottom, all in a pseudo-terminal of 120×40 and in the same run.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context;
use guide_common::demo::{self, Chain};
use guide_common::fact::Fact;
use guide_common::op::OpBody;
use guide_common::search::reading::reading;
use guide_hub::db::Db;
use guide_hub::import::demo::put_chain;
use guide_tests::program::{Hub, Terminal, path_of};
use guide_tests::pty::{Keyed, Pty};
use portable_pty::CommandBuilder;

use crate::bench::shop::block_on;
use crate::bench::{Times, process};

/// How many contacts a shop has at most, evenly over all that it would have.
const MAX_OUTCOMES: usize = 50_500;
/// How often a key is pressed that moves.
const N_MOVES: usize = 60;
/// How many names are typed.
const N_NAMES: usize = 8;
/// How long a first pull may take.
const PULL_LIMIT: Duration = Duration::from_secs(600);
/// How long the first report of a shop may take.
const REPORT_LIMIT: Duration = Duration::from_secs(120);
/// How many lines or rows a peer has that is typed into.
const N_LINES: [usize; 2] = [2_000, 100_000];

/// Measures the peers, then every screen with every shop of so many customers.
pub fn run(shops: &[usize]) -> anyhow::Result<()> {
    println!("key → settled, in a pseudo-terminal of 120×40");
    peers()?;
    for n_customers in shops {
        shop(*n_customers)?;
    }
    Ok(())
}

/// What was measured of one screen.
struct Figures {
    times: Times,
    bytes: f64,
    n_silent: usize,
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { times, bytes, n_silent } = self;
        let max = times.ms(1.0);
        write!(f, "{times}, max {max:.3} ms, {bytes:.0} bytes a key")?;
        if *n_silent > 0 {
            write!(f, ", {n_silent} keys drew nothing")?;
        }
        Ok(())
    }
}

fn figures(keyed: &[Keyed]) -> Figures {
    let drawn: Vec<&Keyed> = keyed.iter().filter(|key| key.n_bytes > 0).collect();
    let n = drawn.len().max(1) as f64;
    Figures {
        bytes: drawn.iter().map(|key| key.n_bytes as f64).sum::<f64>() / n,
        n_silent: keyed.len() - drawn.len(),
        times: Times::new(drawn.into_iter().map(|key| key.settled).collect()),
    }
}

/// Presses keys one by one, at uneven pauses.
fn press<'k>(pty: &mut Pty, keys: impl IntoIterator<Item = &'k str>) -> anyhow::Result<Vec<Keyed>> {
    let mut keyed = Vec::new();
    for (n, key) in keys.into_iter().enumerate() {
        keyed.push(pty.key(key)?);
        std::thread::sleep(Duration::from_millis(5 + (n as u64 * 7) % 11));
    }
    Ok(keyed)
}

/// Down most of the way, and back.
fn moves() -> impl Iterator<Item = &'static str> {
    (0..N_MOVES).map(|n| if n % 10 < 7 { "j" } else { "k" })
}

fn shop(n_customers: usize) -> anyhow::Result<()> {
    let folder = tempfile::Builder::new().prefix("gb").tempdir_in("/tmp")?;
    let mut chain = demo::sized(1, n_customers, 1, 1);
    let n_outcomes = contacts_as_records(&mut chain);
    let names: Vec<String> = {
        let step = (chain.customers.len() / N_NAMES).max(1);
        let picked = chain.customers.iter().step_by(step).take(N_NAMES);
        picked.map(|(customer, _)| reading(&customer.name, None).replace(' ', "")).collect()
    };
    let guide = chain.guides.first().context("a guide")?.id.to_string();
    let mut hub = Hub::new(&folder.path().join("h"), "2026-08-12T10:00:00\n");
    let filling = Instant::now();
    println!("  {n_customers} customers, {n_outcomes} outcomes");
    block_on(async { Ok(put_chain(&Db::open_dir(&hub.data()).await?, &chain).await?) })?;
    println!("    filled in {:.0} s", filling.elapsed().as_secs_f64());
    drop(chain);
    hub.serve();
    let home = folder.path().join("t");
    let terminal = Terminal::start(&home, &hub);
    block_on(async {
        terminal.enroll(&hub, &guide).await;
        let (client, deadline) = (terminal.client(), Instant::now() + PULL_LIMIT);
        while !client.today_first(1).await?.checked {
            anyhow::ensure!(Instant::now() < deadline, "the queue was not checked");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    })?;
    let mut pty = Pty::start(command(&home)?, &["话术"])?;
    pty.settle();
    let mut all = walk(&mut pty, &names)?;
    let all_figures = figures(&std::mem::take(&mut all));
    println!("    every key of every screen: {all_figures}; RSS {:.1} MiB", process::rss_mib(pty.pid()?)?);
    Ok(())
}

/// Makes what guides recorded facts that the hub holds from the beginning, at most so many: taking them in as pushes
/// would read every customer of the shop again and again, for the starts of throttled plans. Returns how many there are.
fn contacts_as_records(chain: &mut Chain) -> usize {
    let ops: Vec<_> = std::mem::take(&mut chain.ops).into_iter().filter(|(_, op)| op.kind == "outcome").collect();
    let step = ops.len().div_ceil(MAX_OUTCOMES).max(1);
    let facts = ops.iter().step_by(step).filter_map(|(guide, op)| match op.content() {
        Ok(OpBody::Fact(body)) => Fact::of(op, OpBody::Fact(body), guide, 0),
        _ => None,
    });
    let before = chain.records.len();
    chain.records.extend(facts);
    chain.records.len() - before
}

/// Goes through the screens; every key that was pressed.
fn walk(pty: &mut Pty, names: &[String]) -> anyhow::Result<Vec<Keyed>> {
    let mut all = Vec::new();
    let mut told = |what: &str, keyed: Vec<Keyed>| {
        println!("    {what}: {}", figures(&keyed));
        all.extend(keyed);
    };
    told("Today, walking", press(pty, moves())?);
    pty.press("gc", &["找客户"])?;
    let mut typed = Vec::new();
    for name in names {
        let letters: Vec<String> = name.chars().map(String::from).collect();
        typed.extend(press(pty, letters.iter().map(String::as_str))?);
        pty.press("\x1b", &[])?;
    }
    told("Customers, typing a name", typed);
    pty.press("\r", &[])?;
    told("Customers, walking", press(pty, moves())?);
    pty.press("gm", &["话术"])?;
    pty.settle();
    told("Templates, walking", press(pty, moves())?);
    pty.press("gp", &["方案"])?;
    pty.settle();
    told("Plans, walking", press(pty, (0..20).map(|n| if n % 10 < 7 { "j" } else { "k" }))?);
    let report = pty.press_until("gr", "每天", REPORT_LIMIT)?;
    println!("    Reports, the first one on the screen: {:.1} ms", report.as_secs_f64() * 1e3);
    pty.settle();
    told(
        "Reports, sections and rows",
        press(pty, ["2", "j", "j", "3", "j", "j", "j", "k", "4", "5", "6", "1", "2", "j"])?,
    );
    pty.press("gs", &["安全"])?;
    pty.settle();
    told("Sync, sections", press(pty, ["3", "4", "j", "1", "2", "8", "1", "3", "4", "1"])?);
    pty.press("?", &["帮助"])?;
    told("Help, typing", press(pty, ["f", "z", "\x7f", "\x7f", "t", "b", "\x1b[B", "\x1b[A"])?);
    pty.press("\x1b", &[])?;
    told("Screen after screen", press(pty, ["\t", "\t", "\t", "\t", "\t", "\t"])?);
    Ok(all)
}

fn command(home: &Path) -> anyhow::Result<CommandBuilder> {
    let mut command = terminal(path_of("guide").to_str().context("a path")?);
    command.env("LANG", "zh_CN.UTF-8");
    command.env("GUIDE_HOME", home);
    Ok(command)
}

fn terminal(program: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new(program);
    for (name, value) in [("TERM", "xterm-256color"), ("COLORTERM", "truecolor")] {
        command.env(name, value);
    }
    command
}

/// Whether a peer is installed; what is missing is said.
fn is_there(program: &str, how: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        println!("  {program} is not installed and not measured: {how}");
    }
    found
}

fn peers() -> anyhow::Result<()> {
    let folder = tempfile::Builder::new().prefix("gb").tempdir_in("/tmp")?;
    let mut floor = Pty::start(terminal(path_of("minimal_list").to_str().context("a path")?), &["READY"])?;
    println!("  minimal ratatui list, walking: {}", figures(&press(&mut floor, moves())?));
    drop(floor);
    if is_there("fzf", "apt-get install fzf") {
        for n in N_LINES {
            let file = folder.path().join(format!("{n}.txt"));
            let mut lines = std::io::BufWriter::new(std::fs::File::create(&file)?);
            (1..=n).try_for_each(|n| writeln!(lines, "{n:>6}  customer number {n}  call back about the ring"))?;
            lines.flush()?;
            let mut fzf = terminal("sh");
            fzf.args(["-c", &format!("exec fzf < {}", file.display())]);
            let mut fzf = Pty::start(fzf, &[&format!("{n}/{n}")])?;
            println!("  fzf, {n} lines, typing: {}", figures(&type_words(&mut fzf)?));
        }
    }
    if is_there("atuin", "cargo install atuin") {
        atuin(folder.path())?;
    }
    if is_there("btm", "cargo install bottom") {
        let mut btm = terminal("btm");
        btm.args(["--basic"]);
        let mut btm = Pty::start(btm, &["CPU"])?;
        println!("  bottom, walking its processes: {}", figures(&press(&mut btm, moves())?));
    }
    Ok(())
}

/// Words that every line of a peer has, typed and taken back letter by letter.
fn type_words(pty: &mut Pty) -> anyhow::Result<Vec<Keyed>> {
    let mut keyed = Vec::new();
    for word in ["ring 12", "number 7", "call 42", "customer 9"] {
        let letters: Vec<String> = word.chars().map(String::from).collect();
        keyed.extend(press(pty, letters.iter().map(String::as_str))?);
        press(pty, std::iter::repeat_n("\x7f", letters.len()))?;
    }
    Ok(keyed)
}

fn atuin(folder: &Path) -> anyhow::Result<()> {
    let n = N_LINES[1];
    let history = folder.join("history");
    let mut lines = std::io::BufWriter::new(std::fs::File::create(&history)?);
    (1..=n).try_for_each(|n| writeln!(lines, "customer number {n} call back about the ring"))?;
    lines.flush()?;
    let config = folder.join("atuin");
    std::fs::create_dir_all(&config)?;
    std::fs::write(config.join("config.toml"), "auto_sync = false\nupdate_check = false\nsearch_mode = \"fuzzy\"\n")?;
    let vars = [
        ("HOME", folder.to_owned()),
        ("HISTFILE", history),
        ("ATUIN_CONFIG_DIR", config),
        ("XDG_DATA_HOME", folder.join("data")),
        ("ATUIN_SESSION", "018cd4fe81757cd2aee65cd7863f9c81".into()),
    ];
    let imported = Command::new("atuin").args(["import", "bash"]).envs(vars.clone()).output()?;
    anyhow::ensure!(imported.status.success(), "atuin import: {}", String::from_utf8_lossy(&imported.stderr));
    let mut command = terminal("atuin");
    command.args(["search", "-i"]);
    for (name, value) in vars {
        command.env(name, value);
    }
    let mut atuin = Pty::start(command, &["ring"])?;
    println!("  atuin, {n} rows, typing: {}", figures(&type_words(&mut atuin)?));
    Ok(())
}
