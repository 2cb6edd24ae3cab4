//! What P01 makes due, worked out independently of the engine: by asking of every purchase day and step whether its
//! window holds a day, with a calendar of its own. It knows nothing of outcomes.

use std::collections::{BTreeMap, BTreeSet};

/// A due as both sides name it: customer, step, anchor's date.
pub type DueName = (String, String, String);

/// A day of the Gregorian calendar.
pub type Ymd = (i32, u32, u32);

/// A purchase file, summed by customer and day, in hundredths.
pub struct Shop {
    days: BTreeMap<String, BTreeMap<Ymd, i64>>,
}

/// Whether a later purchase takes the place of an earlier run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// `restart = "supersede"`.
    Supersede,
    /// `restart = "every"`.
    Every,
}

impl Shop {
    /// Reads `customer_id,purchased_on,quantity,amount`.
    pub fn read(csv: &str) -> Self {
        let mut days: BTreeMap<String, BTreeMap<Ymd, i64>> = BTreeMap::new();
        for line in csv.lines().skip(1).filter(|line| !line.trim().is_empty()) {
            let fields: Vec<&str> = line.split(',').collect();
            let cents: i64 = fields[3].trim().replace('.', "").parse().unwrap();
            assert_eq!(fields[3].trim().split('.').nth(1).map(str::len), Some(2), "{line}");
            *days.entry(fields[0].to_owned()).or_default().entry(ymd(fields[1])).or_default() += cents;
        }
        Self { days }
    }

    /// The sum of a customer's purchases of a day.
    pub fn sum(&self, customer: &str, on: Ymd) -> i64 {
        self.days.get(customer).and_then(|days| days.get(&on)).copied().unwrap_or(0)
    }

    /// All dues of a day.
    pub fn dues(&self, min_cents: i64, rule: Rule, today: Ymd) -> BTreeSet<DueName> {
        let mut dues = BTreeSet::new();
        for (customer, days) in &self.days {
            let anchors: Vec<Ymd> =
                days.iter().filter(|(on, cents)| **on <= today && **cents >= min_cents).map(|(on, _)| *on).collect();
            let latest = anchors.last().copied();
            for anchor in anchors {
                let stands = rule == Rule::Every || Some(anchor) == latest;
                for (step, keep) in [("thanks", true), ("satisfaction", false), ("knowledge", false), ("care", false)] {
                    let (first, last) = window(step, anchor);
                    if (stands || keep) && first <= today && today <= last {
                        dues.insert((customer.clone(), step.to_owned(), text(anchor)));
                    }
                }
            }
        }
        dues
    }
}

fn window(step: &str, anchor: Ymd) -> (Ymd, Ymd) {
    match step {
        "thanks" => (anchor, anchor),
        "satisfaction" => (plus_days(anchor, 3), plus_days(anchor, 7)),
        "knowledge" => (plus_days(anchor, 21), plus_days(anchor, 35)),
        _ => (plus_months(anchor, 3), plus_months(anchor, 4)),
    }
}

/// Reads `1997-04-28`.
pub fn ymd(text: &str) -> Ymd {
    let parts: Vec<&str> = text.split('-').collect();
    (parts[0].parse().unwrap(), parts[1].parse().unwrap(), parts[2].parse().unwrap())
}

fn text((year, month, day): Ymd) -> String {
    format!("{year:04}-{month:02}-{day:02}")
}

fn days_in_month(year: i32, month: u32) -> u32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month as usize - 1]
}

fn plus_days((mut year, mut month, mut day): Ymd, n: u32) -> Ymd {
    for _ in 0..n {
        day += 1;
        if day > days_in_month(year, month) {
            day = 1;
            month += 1;
        }
        if month > 12 {
            month = 1;
            year += 1;
        }
    }
    (year, month, day)
}

fn plus_months((year, month, day): Ymd, n: u32) -> Ymd {
    let months = month - 1 + n;
    let (year, month) = (year + (months / 12) as i32, months % 12 + 1);
    (year, month, day.min(days_in_month(year, month)))
}
