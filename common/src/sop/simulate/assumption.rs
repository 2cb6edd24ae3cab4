//! What is assumed to come of a contact that nobody has made yet.

use std::hash::Hasher;

use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher24;

use crate::id::DueId;
use crate::outcome::{Channel, OutcomeCode};
use crate::sop::plan::Purpose;

/// How many of a hundred contacts get a reply. The defaults are the demo's figures, invented like everything of it
/// (section 10 of its description); a chain puts its own in their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Assumption {
    /// Messages that serve or answer.
    pub service_percent: u8,
    /// Messages that sell.
    pub promo_percent: u8,
    /// Calls, whatever they are for.
    pub call_percent: u8,
    /// What is done in the shop.
    pub visit_percent: u8,
    /// Other customers reply with another seed.
    pub seed: u64,
}

impl Default for Assumption {
    fn default() -> Self {
        Self { service_percent: 46, promo_percent: 17, call_percent: 58, visit_percent: 100, seed: 0 }
    }
}

impl Assumption {
    /// What comes of a contact whose script is that of this due: a reply counts as interest. The same due always gives
    /// the same.
    pub fn outcome(&self, due: DueId, purpose: Purpose, channel: Channel) -> OutcomeCode {
        let percent = match (channel, purpose) {
            (Channel::Visit, _) => self.visit_percent,
            (Channel::Phone, _) => self.call_percent,
            (_, Purpose::Promo) => self.promo_percent,
            _ => self.service_percent,
        };
        let mut hasher = SipHasher24::new_with_keys(self.seed, 0);
        hasher.write(&due.0.to_be_bytes());
        if hasher.finish() % 100 < u64::from(percent) { OutcomeCode::Interested } else { OutcomeCode::NoReply }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(purpose: Purpose, channel: Channel, percent: usize) {
        let assume = Assumption::default();
        let replies = |n: &u128| assume.outcome(DueId(*n), purpose, channel) == OutcomeCode::Interested;
        let n_replies = (0..10_000).filter(replies).count();
        assert!(n_replies.abs_diff(percent * 100) < 150, "{n_replies} of 10,000 for {percent} %");
    }

    #[test]
    fn replies_come_at_the_assumed_rates() {
        check(Purpose::Service, Channel::Wecom, 46);
        check(Purpose::Answer, Channel::Wecom, 46);
        check(Purpose::Promo, Channel::Sms, 17);
        check(Purpose::Promo, Channel::Phone, 58);
        check(Purpose::Answer, Channel::Visit, 100);
    }

    #[test]
    fn rates_that_are_not_named_have_their_default() {
        let assume: Assumption = serde_json::from_str(r#"{"promo_percent":30}"#).unwrap();
        assert_eq!(assume, Assumption { promo_percent: 30, ..Assumption::default() });
    }
}
