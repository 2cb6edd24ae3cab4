//! Opening the chain: who serves whom, what was bought when, and how customers rank. History is `history`'s work.

use chrono::Months;

use super::cast::{self, Role};
use super::catalogue::{self, Piece};
use super::diary::Draft;
use super::dice::{Dice, scaled, spread};
use super::history::History;
use super::people::{customer_id, person};
use super::{Chain, content, d0, day, in_lang};
use crate::customer::{Birthday, Customer, Tier};
use crate::id::{GuideId, PurchaseId, StoreId};
use crate::names;
use crate::purchase::Purchase;
use crate::sop::plan::Lang;
use crate::wire::hub::{GuideProfile, StoreProfile};

/// The people and places of a set.
pub(super) struct Layout {
    stores: Vec<StoreProfile>,
    staff: Vec<Staff>,
    cast: &'static [Role],
}

/// A guide and how they work.
pub(super) struct Staff {
    pub(super) profile: GuideProfile,
    /// Of all customers, in thousandths.
    share: u64,
    /// Of what comes due, in thousandths.
    pub(super) handles: u64,
    /// Days from the first day, both inclusive, on which nothing was recorded.
    pub(super) leave: Option<(i64, i64)>,
}

/// A sale to one customer, its day counted from the first day.
#[derive(Clone)]
pub(super) struct Sale {
    pub(super) on: i64,
    pub(super) fen: i64,
    pub(super) piece: &'static Piece,
    pub(super) returned: Option<i64>,
}

/// Where sales lie: weight, first day, last day. Recent months are denser, and the months to come go on alike.
const SEASONS: [(u64, i64, i64); 4] = [(480, -900, -131), (190, -130, -36), (115, -35, -1), (215, 1, 125)];

/// The three shops and five guides of the lesson set.
pub(super) fn lesson(lang: Lang) -> Layout {
    let store = |id: &str, name, phone: &str| StoreProfile {
        id: StoreId::new(id).unwrap_or_else(|_| unreachable!("{id} is a plain id")),
        name: in_lang(name, lang),
        phone: Some(phone.to_owned()),
        tier: None,
    };
    let stores = vec![
        store("yunshan", ("云杉路店", "Spruce Road"), "10020000001"),
        store("hewan", ("河湾天地店", "River Bend Mall"), "10020000002"),
        store("laocheng", ("老城南店", "Old Town South"), "10020000003"),
    ];
    let staff = [
        ("linzhixia", ("林知夏", "Lin Zhixia"), 0, 265, 850, None),
        ("zhouyuan", ("周予安", "Zhou Yu'an"), 0, 180, 600, None),
        ("xuweixi", ("许未晞", "Xu Weixi"), 1, 185, 850, Some((-10, 0))),
        ("heyingchuan", ("何映川", "He Yingchuan"), 2, 195, 700, None),
        ("shenqiao", ("沈乔", "Shen Qiao"), 0, 175, 650, None),
    ];
    let staff = staff
        .into_iter()
        .map(|(id, name, store, share, handles, leave)| Staff {
            profile: GuideProfile {
                id: guide_id(id),
                name: in_lang(name, lang),
                store: stores[store].clone(),
                days_off: Vec::new(),
            },
            share,
            handles,
            leave,
        })
        .collect();
    Layout { stores, staff, cast: &cast::ROLES }
}

/// Shops and guides of any number, all alike.
pub(super) fn plain(n_stores: usize, guides_per_store: usize) -> Layout {
    let (n_stores, guides_per_store) = (n_stores.max(1), guides_per_store.max(1));
    let stores: Vec<_> = (1..=n_stores)
        .map(|n| StoreProfile {
            id: StoreId::new(&format!("store{n:02}")).unwrap_or_else(|_| unreachable!("store{n:02} is a plain id")),
            name: format!("示范{n}店"),
            phone: Some(format!("1002{n:07}")),
            tier: None,
        })
        .collect();
    let n_guides = n_stores * guides_per_store;
    let staff = (0..n_guides)
        .map(|idx| Staff {
            profile: GuideProfile {
                id: guide_id(&format!("guide{:02}", idx + 1)),
                name: names::from_number(Dice::new(0, "guide", idx as u64).next()).0,
                store: stores[idx / guides_per_store].clone(),
                days_off: Vec::new(),
            },
            share: 1_000 / n_guides as u64,
            handles: 800,
            leave: None,
        })
        .collect();
    Layout { stores, staff, cast: &[] }
}

fn guide_id(id: &str) -> GuideId {
    GuideId::new(id).unwrap_or_else(|_| unreachable!("{id} is a plain id"))
}

/// Fills the shops.
pub(super) fn open(seed: u64, lang: Lang, layout: &Layout, n_customers: usize) -> Chain {
    let mut chain = Chain {
        stores: layout.stores.clone(),
        guides: layout.staff.iter().map(|staff| staff.profile.clone()).collect(),
        customers: Vec::with_capacity(n_customers),
        purchases: Vec::new(),
        ops: Vec::new(),
        plans: content::plan_files(),
        templates: content::template_files(),
        settings: content::settings_file(),
    };
    let history = History::new(seed, lang);
    let mut books: Vec<Book> = layout.staff.iter().map(|_| Book::default()).collect();
    let mut drafts: Vec<Draft> = Vec::new();
    for idx in 0..n_customers {
        let role = layout.cast.get(idx);
        let guide_idx = role.map_or_else(|| assigned(seed, idx, layout), |role| role.guide);
        let staff = &layout.staff[guide_idx];
        let book = &mut books[guide_idx];
        let drawn = match role {
            Some(role) => customer_id(idx).map(|id| (role.customer(id, lang), role.sales())),
            None => draw(seed, idx, layout.cast.len(), guide_idx, book, lang),
        };
        let Some((mut customer, mut sales)) = drawn else { continue };
        sales.sort_by_key(|sale| sale.on);
        customer.store = Some(staff.profile.store.id.clone());
        customer.tier = tier(&sales);
        let first_on = sales.first().map_or(-30, |sale| sale.on);
        let met_before = Dice::new(seed, "since", idx as u64).between(0, 20);
        customer.since_on = Some(day(first_on.min(-1) - met_before));
        match role {
            Some(role) => drafts.extend(history.of_role(role, guide_idx, &customer)),
            None => drafts.extend(history.of_customer(staff, guide_idx, idx, book.n_customers - 1, &customer, &sales)),
        }
        sell(&mut chain.purchases, &customer, &sales, lang);
        // a lead now and then has no guide yet
        let has_guide = role.is_some() || !sales.is_empty() || !idx.is_multiple_of(6);
        chain.customers.push((customer, has_guide.then(|| staff.profile.id.clone())));
    }
    number(&mut chain.purchases);
    chain.ops = history.record(drafts, &layout.staff);
    chain
}

/// What a guide's part of the generator counts.
#[derive(Default)]
struct Book {
    n_customers: usize,
    n_sales: u64,
}

fn assigned(seed: u64, idx: usize, layout: &Layout) -> usize {
    let total = layout.staff.iter().map(|staff| staff.share).sum();
    let mut left = scaled(spread(Dice::new(seed, "assign", 0).next(), idx as u64), total);
    for (guide_idx, staff) in layout.staff.iter().enumerate() {
        if left < staff.share {
            return guide_idx;
        }
        left -= staff.share;
    }
    0
}

fn draw(
    seed: u64,
    idx: usize,
    first_drawn: usize,
    guide_idx: usize,
    book: &mut Book,
    lang: Lang,
) -> Option<(Customer, Vec<Sale>)> {
    let mut customer = person(seed, idx, first_drawn, lang)?;
    let mut dice = Dice::new(seed, "sales", idx as u64);
    let nth = book.n_customers;
    book.n_customers += 1;
    // 6 % have not bought; of the others 72 % bought once, 17 % twice
    let n_sales = *dice.weighted(&[(60, 0), (677, 1), (160, 2), (60, 3), (27, 4), (16, 6)]);
    let start = Dice::new(seed, "season", guide_idx as u64).next();
    let mut sales = Vec::new();
    for _ in 0..n_sales {
        let on = sale_day(spread(start, book.n_sales));
        book.n_sales += 1;
        sales.push(sale(&mut dice, on));
    }
    customer.do_not_contact = dice.happens(12);
    first_of_guide(nth, guide_idx, &mut customer, &mut sales, &mut dice);
    Some((customer, sales))
}

/// A few customers of each guide make sure that the first days show every kind of task.
fn first_of_guide(nth: usize, guide_idx: usize, customer: &mut Customer, sales: &mut Vec<Sale>, dice: &mut Dice) {
    let mut born = |offset: i64| {
        let date = day(offset);
        customer.birthday = Birthday::solar(Some(1_988), chrono::Datelike::month(&date), chrono::Datelike::day(&date));
        customer.do_not_contact = false;
    };
    match nth {
        0 => born(0),
        1 => sales.push(sale(dice, 0)),
        3 if guide_idx == 0 => sales.push(sale(dice, 0)),
        4 => born(1),
        5 => born(4),
        _ => {}
    }
    if nth == 1 || nth == 3 {
        customer.do_not_contact = false;
    }
}

fn sale_day(point: u64) -> i64 {
    let mut left = scaled(point, SEASONS.iter().map(|(weight, _, _)| weight * 1_000).sum());
    for (weight, first, last) in SEASONS {
        if left < weight * 1_000 {
            let n_days = (last - first + 1).unsigned_abs();
            return first + (left * n_days / (weight * 1_000)) as i64;
        }
        left -= weight * 1_000;
    }
    0
}

fn sale(dice: &mut Dice, on: i64) -> Sale {
    let (piece, fen) = catalogue::draw(dice);
    let returned = (dice.happens(20) && on != 0).then(|| on + dice.between(1, 7));
    Sale { on, fen, piece, returned }
}

/// By what was bought in the 24 months before the first day, returns taken off.
fn tier(sales: &[Sale]) -> Tier {
    let since = d0().checked_sub_months(Months::new(24)).unwrap_or_else(d0);
    let counts = |on: i64| day(on) > since && on <= 0;
    let sold: i64 = sales.iter().filter(|sale| counts(sale.on)).map(|sale| sale.fen).sum();
    let returned: i64 = sales.iter().filter(|sale| sale.returned.is_some_and(counts)).map(|sale| sale.fen).sum();
    match sold - returned {
        8_000_000.. => Tier::S,
        2_000_000.. => Tier::A,
        500_000.. => Tier::B,
        _ => Tier::C,
    }
}

/// Writes a customer's sales and returns; ids come when all are known.
fn sell(purchases: &mut Vec<Purchase>, customer: &Customer, sales: &[Sale], lang: Lang) {
    let customer_no = customer.id.as_str().trim_start_matches('C');
    for (nth, sale) in sales.iter().enumerate() {
        let Ok(id) = PurchaseId::new("unnumbered") else { continue };
        let sale_no = format!("DJ{customer_no}-{}", nth + 1);
        let sold = Purchase {
            id,
            customer: customer.id.clone(),
            bought_on: day(sale.on),
            amount_fen: sale.fen,
            items: vec![sale.piece.item(lang)],
            sale_no: Some(sale_no.clone()),
            returns_sale_no: None,
            store: customer.store.clone(),
            extra: serde_json::Map::new(),
        };
        if let Some(on) = sale.returned {
            purchases.push(Purchase {
                bought_on: day(on),
                amount_fen: -sale.fen,
                sale_no: Some(format!("{sale_no}R")),
                returns_sale_no: Some(sale_no),
                ..sold.clone()
            });
        }
        purchases.push(sold);
    }
}

fn number(purchases: &mut [Purchase]) {
    purchases.sort_by(|a, b| (a.bought_on, &a.sale_no).cmp(&(b.bought_on, &b.sale_no)));
    for (nth, purchase) in purchases.iter_mut().enumerate() {
        if let Ok(id) = PurchaseId::new(&format!("S{:06}", nth + 1)) {
            purchase.id = id;
        }
    }
}
