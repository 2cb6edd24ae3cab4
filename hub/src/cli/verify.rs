//! `guide-hub verify`: whether every feed says of itself what its rows say.

use super::args::VerifyArgs;
use super::table::Table;
use super::{Output, Progress};
use crate::db::Db;
use crate::db::feed::SHARED;
use crate::error::HubError;
use crate::verify::{Verified, verify};

pub(super) async fn run(db: &Db, args: VerifyArgs) -> Result<Output, HubError> {
    let mut progress = Progress::new();
    let feed = args.guide.as_ref().map(|guide| guide.as_str());
    let verified = verify(db, feed, args.heal, |n_feeds| progress.so_far(n_feeds, "feeds")).await?;
    drop(progress);
    let mut output = if args.json { Output::json(&verified)? } else { Output::done(page(&verified)) };
    output.status = u8::from(verified.is_left());
    Ok(output)
}

fn page(verified: &Verified) -> String {
    let Verified { n_feeds, n_live, contradictions } = verified;
    if contradictions.is_empty() {
        return format!("{n_feeds} feeds with {n_live} entities: each says what its rows say\n");
    }
    let mut table = Table::new(&["feed", "says", "holds", "content", ""]);
    for found in contradictions {
        let differs = if found.says.digest == found.holds.digest { "same" } else { "differs" };
        let state = if found.healed { "healed" } else { "" };
        let (says, holds) = (found.says.n_live.to_string(), found.holds.n_live.to_string());
        table.row([found.feed.as_str(), &says, &holds, differs, state]);
    }
    let n = contradictions.len();
    let next = match (verified.is_left(), contradictions.iter().any(|found| found.feed == SHARED)) {
        (true, _) => "guide-hub verify --heal lets each say what it holds; its terminals pull what they lack then",
        (false, true) => "every terminal pulls what it lacks with its next sync",
        (false, false) => "the guides' terminals pull what they lack with their next sync",
    };
    format!("{}{n} of {n_feeds} feeds contradict their rows: {next}\n", table.text())
}
