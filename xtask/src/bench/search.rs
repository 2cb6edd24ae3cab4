//! Finding customers: the index filled with a generated shop in this process, and a daemon over its socket; names are
//! typed key by key.

use std::time::{Duration, Instant};

use guide_common::customer::Customer;
use guide_common::demo::{self, Chain};
use guide_common::search::filter::Filter;
use guide_common::search::index::{Index, Person};
use guide_common::search::reading::reading;
use guide_common::sop::settings::Settings;
use guide_common::sop::settings_file;

use crate::bench::shop::{Shop, block_on};
use crate::bench::{Times, process};

/// How many names are typed in each way.
const N_NAMES: usize = 100;
/// How long a first pull may take.
const PULL_LIMIT: Duration = Duration::from_secs(600);
/// The rows that the interface asks for.
const LIMIT: usize = 50;

/// What is typed: names in full pinyin, by initials, in characters; ends of phones; filters.
const WAYS: [&str; 5] = ["pinyin", "initials", "characters", "phone", "filter"];

/// Measures 2,000, 20,000 and 100,000 customers.
pub fn run() -> anyhow::Result<()> {
    println!("search: a query at each key, {LIMIT} rows, the parts of the names that match");
    for n_customers in [2_000, 20_000, 100_000] {
        measure(n_customers)?;
    }
    println!("search over the socket of guided: from the query to the rows read");
    for n_customers in [2_000, 20_000, 100_000] {
        ask_daemon(n_customers)?;
    }
    Ok(())
}

/// The same names typed at a daemon that holds the shop.
fn ask_daemon(n_customers: usize) -> anyhow::Result<()> {
    let chain = demo::sized(1, n_customers, 1, 1);
    let names: Vec<&str> = sample(&chain).map(|person| person.name.as_str()).collect();
    let shop = Shop::open(n_customers)?;
    let (daemon, _) = shop.start_daemon()?;
    let times = block_on(async {
        daemon.enroll(shop.hub(), shop.guide()).await;
        let client = daemon.client();
        let deadline = Instant::now() + PULL_LIMIT;
        while !client.today_first(1).await?.checked {
            anyhow::ensure!(Instant::now() < deadline, "the queue was not checked");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let mut times = Vec::new();
        for name in names {
            let line = reading(name, None).replace(' ', "");
            for end in 1..=line.len() {
                let started = Instant::now();
                client.customers(&line[..end], LIMIT).await?;
                times.push(started.elapsed());
            }
        }
        anyhow::Ok(times)
    })?;
    println!("  {n_customers:>7} customers: {}; RSS {:.0} MiB", Times::new(times), process::rss_mib(daemon.pid())?);
    Ok(())
}

/// Some of the shop's customers, evenly over all.
fn sample(chain: &Chain) -> impl Iterator<Item = &Customer> {
    let step = (chain.customers.len() / N_NAMES).max(1);
    chain.customers.iter().step_by(step).map(|(customer, _)| customer)
}

fn measure(n_customers: usize) -> anyhow::Result<()> {
    let chain = demo::sized(1, n_customers, 1, 1);
    let settings = settings_file::parse(chain.settings.1).map_err(|error| anyhow::anyhow!("{error}"))?;
    let (mut index, filled) = fill(&chain);
    println!(
        "  {n_customers} customers: filled in {:.0} ms, {:.1} µs each; {:.0} bytes each",
        filled.as_secs_f64() * 1e3,
        filled.as_secs_f64() * 1e6 / index.len() as f64,
        index.n_bytes() as f64 / index.len() as f64,
    );
    let mut all = Vec::new();
    for way in WAYS {
        let typed: Vec<String> = sample(&chain).map(|person| line(way, person)).collect();
        let times = typed.iter().flat_map(|line| type_out(&mut index, &settings, line)).collect::<Vec<_>>();
        all.extend(&times);
        print(way, times);
    }
    print("all", all);
    let anew = sample(&chain).map(|person| {
        let filter = Filter::read(&line("pinyin", person));
        // another line between: nothing of it can be used
        index.find(&Filter::read("0"), &settings, LIMIT);
        find(&mut index, &settings, &filter)
    });
    print("pasted", anew.collect());
    Ok(())
}

fn print(way: &str, times: Vec<Took>) {
    let (wall, core): (Vec<Duration>, Vec<Duration>) = times.into_iter().map(|took| (took.wall, took.core)).unzip();
    let (wall, core) = (Times::new(wall), Times::new(core));
    println!("    {way:<10} {wall}; on the core p50 {:.3} ms, p99 {:.3} ms", core.p50(), core.p99());
}

/// What a query took.
#[derive(Clone, Copy)]
struct Took {
    wall: Duration,
    /// Without the time in which others had the core.
    core: Duration,
}

fn core_time() -> Duration {
    let at = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(at.tv_sec as u64, at.tv_nsec as u32)
}

fn fill(chain: &Chain) -> (Index, Duration) {
    let people: Vec<Person> =
        chain.customers.iter().enumerate().map(|(n, (customer, _))| person(n, customer)).collect();
    let started = Instant::now();
    let mut index = Index::default();
    for ((customer, _), person) in chain.customers.iter().zip(&people) {
        index.put(&customer.id, person);
    }
    (index, started.elapsed())
}

fn person(n: usize, customer: &Customer) -> Person {
    Person {
        name: customer.name.clone(),
        phone: customer.phone.clone(),
        tier: customer.tier,
        tags: customer.tags.clone(),
        recent_on: customer.since_on,
        has_task: n.is_multiple_of(20),
        ..Person::default()
    }
}

fn line(way: &str, person: &Customer) -> String {
    let reading = reading(&person.name, None);
    match way {
        "pinyin" => reading.replace(' ', ""),
        "initials" => reading.split(' ').filter_map(|syllable| syllable.chars().next()).collect(),
        "characters" => person.name.clone(),
        "phone" => {
            person.phone.as_deref().unwrap_or("0000").chars().rev().take(4).collect::<Vec<_>>().iter().rev().collect()
        }
        _ => format!(
            "tier:{} #{} {}",
            person.tier.letter(),
            person.tags.first().map_or("z", |tag| &tag.value),
            &reading[..1]
        ),
    }
}

/// The time of each query while a line is typed, from its text to the rows' spans.
fn type_out(index: &mut Index, settings: &Settings, line: &str) -> Vec<Took> {
    let ends = line.char_indices().map(|(place, c)| place + c.len_utf8());
    ends.map(|end| find(index, settings, &Filter::read(&line[..end]))).collect()
}

fn find(index: &mut Index, settings: &Settings, filter: &Filter) -> Took {
    let (started, core) = (Instant::now(), core_time());
    let found = index.find(filter, settings, LIMIT);
    let spans: usize = found.first.iter().map(|(slot, _)| index.spans(*slot, "欧阳雅宁", filter).len()).sum();
    std::hint::black_box((found, spans));
    Took { wall: started.elapsed(), core: core_time() - core }
}
