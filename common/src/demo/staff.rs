//! The people and places of a set: shops, guides, how they work, and who is there by hand.

use chrono::Weekday;

use super::dice::Dice;
use super::story::Story;
use super::{Both, cast, day, in_lang, record};
use crate::calendar::Leave;
use crate::fact::Fact;
use crate::id::{GuideId, StoreId};
use crate::names;
use crate::sop::plan::Lang;
use crate::wire::hub::{GuideProfile, StoreProfile, StoreTier};

/// The people and places of a set.
pub(super) struct Layout {
    pub(super) stores: Vec<StoreProfile>,
    pub(super) staff: Vec<Staff>,
    /// Customers made by hand, the first ones of the chain.
    pub(super) stories: Vec<Story>,
    /// How far back contacts go, counted from the first day.
    pub(super) first_day: i64,
}

/// A guide and how they work.
pub(super) struct Staff {
    pub(super) profile: GuideProfile,
    /// Of all customers, in thousandths.
    pub(super) share: u64,
    /// Of what comes due, in thousandths.
    pub(super) handles: u64,
    /// Days from the first day, both inclusive, on which nothing was recorded, and who stood in. Whoever comes back on
    /// the first day has the customers of [`super::backlog`].
    pub(super) leave: Option<(i64, i64, &'static str)>,
}

impl Staff {
    /// Whether the guide was on leave on a day.
    pub(super) fn is_on_leave(&self, on: i64) -> bool {
        self.leave.is_some_and(|(first, last, _)| (first..=last).contains(&on))
    }

    /// The leave as the guide entered it, two days before.
    pub(super) fn leave(&self) -> Option<Fact> {
        let (first, last, deputy) = self.leave?;
        let deputy = GuideId::new(deputy).ok();
        let leave = Leave { on: day(first - 2), from_on: day(first), to_on: day(last), deputy };
        record::leave(&self.profile.id, leave)
    }
}

/// The three shops and five guides of the lesson set.
pub(super) fn lesson(lang: Lang) -> Layout {
    use Weekday::{Fri, Mon, Thu, Tue};
    let store = |id: &str, name: Both, phone: &str, tier| StoreProfile {
        id: StoreId::new(id).unwrap_or_else(|_| unreachable!("{id} is a plain id")),
        name: in_lang(name, lang),
        phone: Some(phone.to_owned()),
        tier: Some(tier),
    };
    let stores = vec![
        store("yunshan", ("云杉路店", "Spruce Road"), "10020000001", StoreTier::A),
        store("hewan", ("河湾天地店", "River Bend Mall"), "10020000002", StoreTier::B),
        store("laocheng", ("老城南店", "Old Town South"), "10020000003", StoreTier::C),
    ];
    let on_leave = Some((-10, -1, "zhouyuan"));
    let staff = [
        ("linzhixia", ("林知夏", "Lin Zhixia"), 0, None, 265, 850, None),
        ("zhouyuan", ("周予安", "Zhou Yu'an"), 0, Some(Fri), 180, 600, None),
        ("xuweixi", ("许未晞", "Xu Weixi"), 1, Some(Tue), 185, 850, on_leave),
        ("heyingchuan", ("何映川", "He Yingchuan"), 2, Some(Mon), 195, 700, None),
        ("shenqiao", ("沈乔", "Shen Qiao"), 0, Some(Thu), 175, 650, None),
    ];
    let staff = staff
        .into_iter()
        .map(|(id, name, store, day_off, share, handles, leave)| Staff {
            profile: GuideProfile {
                id: guide_id(id),
                name: in_lang(name, lang),
                store: stores[store].clone(),
                days_off: day_off.into_iter().collect(),
            },
            share,
            handles,
            leave,
        })
        .collect();
    Layout { stores, staff, stories: cast::stories(lang), first_day: -180 }
}

/// Shops and guides of any number, all alike.
pub(super) fn plain(n_stores: usize, guides_per_store: usize) -> Layout {
    use Weekday::{Fri, Mon, Thu, Tue, Wed};
    let (n_stores, guides_per_store) = (n_stores.max(1), guides_per_store.max(1));
    let tiers = [StoreTier::A, StoreTier::B, StoreTier::C];
    let stores: Vec<_> = (0..n_stores)
        .map(|idx| StoreProfile {
            id: StoreId::new(&format!("store{:02}", idx + 1)).unwrap_or_else(|_| unreachable!("a plain id")),
            name: format!("示范{}店", idx + 1),
            phone: Some(format!("1002{:07}", idx + 1)),
            tier: Some(tiers[idx % tiers.len()]),
        })
        .collect();
    let n_guides = n_stores * guides_per_store;
    let staff = (0..n_guides)
        .map(|idx| Staff {
            profile: GuideProfile {
                id: guide_id(&format!("guide{:02}", idx + 1)),
                name: names::from_number(Dice::new(0, "guide", idx as u64).next()).0,
                store: stores[idx / guides_per_store].clone(),
                days_off: vec![[Mon, Tue, Wed, Thu, Fri][idx % 5]],
            },
            share: 1_000 / n_guides as u64,
            handles: 800,
            leave: None,
        })
        .collect();
    Layout { stores, staff, stories: Vec::new(), first_day: -100 }
}

fn guide_id(id: &str) -> GuideId {
    GuideId::new(id).unwrap_or_else(|_| unreachable!("{id} is a plain id"))
}
