//! Opening the chain: who serves whom, what was bought when, and how customers rank. Histories are `history`'s work, what
//! headquarters recorded `record`'s.

use chrono::Months;

use super::catalogue::{self, Piece};
use super::diary::Draft;
use super::dice::{Dice, scaled, spread};
use super::history::{History, Person};
use super::people::person;
use super::staff::{Layout, Staff};
use super::story::Story;
use super::{Chain, backlog, circle, content, d0, day, gold_price, record, tags};
use crate::customer::{Birthday, Customer, Tier};
use crate::fact::Fact;
use crate::id::{CustomerId, PurchaseId};
use crate::purchase::Purchase;
use crate::sop::plan::Lang;

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

/// A customer with everything that was made up.
struct Made {
    guide_idx: usize,
    customer: Customer,
    sales: Vec<Sale>,
    records: Vec<Fact>,
    drafts: Vec<Draft>,
    /// A lead now and then has no guide yet.
    has_guide: bool,
}

/// Fills the shops.
pub(super) fn open(seed: u64, lang: Lang, layout: Layout, n_customers: usize) -> Chain {
    let mut chain = Chain {
        stores: layout.stores.clone(),
        guides: layout.staff.iter().map(|staff| staff.profile.clone()).collect(),
        customers: Vec::with_capacity(n_customers),
        purchases: Vec::new(),
        records: layout.staff.iter().filter_map(Staff::leave).collect(),
        ops: Vec::new(),
        plans: content::plan_files(),
        templates: content::template_files(),
        settings: content::settings_file(),
        gold_price: gold_price(),
    };
    let Layout { staff, stories, first_day, .. } = layout;
    let mut drawing = Drawing {
        seed,
        lang,
        first_drawn: stories.len(),
        books: staff.iter().map(|_| Book::default()).collect(),
        staff: &staff,
        history: History::new(seed, lang, first_day),
    };
    let mut drafts: Vec<Draft> = Vec::new();
    let mut stories = stories.into_iter();
    for idx in 0..n_customers {
        let made = match stories.next() {
            Some(story) => drawing.told(story),
            None => drawing.drawn(idx),
        };
        let Some(made) = made else { continue };
        sell(&mut chain.purchases, &made.customer, &made.sales, lang);
        chain.records.extend(made.records);
        drafts.extend(made.drafts);
        let guide = made.has_guide.then(|| staff[made.guide_idx].profile.id.clone());
        chain.customers.push((made.customer, guide));
    }
    chain.purchases.sort_by(|a, b| (a.bought_on, &a.id).cmp(&(b.bought_on, &b.id)));
    chain.ops = drawing.history.record(drafts, &staff);
    chain
}

/// What drawing customers needs.
struct Drawing<'a> {
    seed: u64,
    lang: Lang,
    first_drawn: usize,
    books: Vec<Book>,
    staff: &'a [Staff],
    history: History,
}

impl Drawing<'_> {
    /// A customer made by hand.
    fn told(&self, mut story: Story) -> Option<Made> {
        let staff = self.staff.get(story.guide)?;
        story.sales.sort_by_key(|sale| sale.on);
        let customer = &mut story.customer;
        customer.store = Some(staff.profile.store.id.clone());
        customer.tier = tier(&story.sales);
        let known_on = customer.wecom_on.into_iter().chain(customer.lead_on).map(|on| (on - d0()).num_days());
        let first_on = story.sales.first().map(|sale| sale.on).into_iter().chain(known_on).min().unwrap_or(-30);
        customer.since_on = Some(day(first_on.min(-1)));
        let drafts = self.history.of_story(&story, staff);
        let mut records = record::of_member(&story.customer, &story.sales, self.lang);
        records.append(&mut story.records);
        Some(Made {
            guide_idx: story.guide,
            customer: story.customer,
            sales: story.sales,
            records,
            drafts,
            has_guide: true,
        })
    }

    /// The `nth` customer of a guide who comes back on the first day: told by hand, under a drawn name.
    fn waiting(&self, idx: usize, guide_idx: usize, nth: usize) -> Option<Made> {
        let customer = person(self.seed, idx, self.first_drawn, self.lang)?;
        let mut dice = Dice::new(self.seed, "backlog", idx as u64);
        self.told(backlog::story(&mut dice, (guide_idx, &self.staff[guide_idx]), (nth, customer), self.lang))
    }

    /// A drawn customer.
    fn drawn(&mut self, idx: usize) -> Option<Made> {
        let guide_idx = assigned(self.seed, idx, self.staff);
        let staff = &self.staff[guide_idx];
        let nth = self.books[guide_idx].n_customers;
        if staff.is_on_leave(-1) {
            self.books[guide_idx].n_customers += 1;
            return self.waiting(idx, guide_idx, nth);
        }
        let (mut customer, mut sales) = self.draw(idx, guide_idx)?;
        sales.sort_by_key(|sale| sale.on);
        customer.store = Some(staff.profile.store.id.clone());
        customer.tier = tier(&sales);
        self.meet(idx, &mut customer, &sales);
        let mut dice = Dice::new(self.seed, "record", idx as u64);
        let records = record::of_customer(&mut dice, &customer, &staff.profile, &sales, self.lang);
        // a lead now and then has no guide yet
        let has_guide = !sales.is_empty() || !idx.is_multiple_of(6);
        let person = Person { staff, guide_idx, idx, nth, customer: &customer, sales: &sales, records: &records };
        let drafts = if has_guide { self.history.of_customer(&person) } else { Vec::new() };
        Some(Made { guide_idx, customer, sales, records, drafts, has_guide })
    }

    /// Since when the shop knows a customer, and what it knows.
    fn meet(&self, idx: usize, customer: &mut Customer, sales: &[Sale]) {
        let mut dice = Dice::new(self.seed, "since", idx as u64);
        let met_before = dice.between(0, 20);
        let lead_since = -dice.between(1, 150);
        let is_lead = sales.first().is_none_or(|sale| sale.on > 0);
        let since = if is_lead { lead_since } else { sales[0].on.min(-1) - met_before };
        customer.since_on = Some(day(since));
        customer.lead_on = is_lead.then(|| day(since));
        let added_after = dice.between(0, 3);
        customer.wecom_on = dice.happens(800).then(|| day((since + added_after).min(-1)));
        let mut dice = Dice::new(self.seed, "tags", idx as u64);
        customer.tags = tags::draw(&mut dice, customer, -since, sales, self.lang);
        let mut dice = Dice::new(self.seed, "circle", idx as u64);
        circle::fill(&mut dice, customer, self.lang);
        circle::wedding(&mut dice, customer);
    }

    fn draw(&mut self, idx: usize, guide_idx: usize) -> Option<(Customer, Vec<Sale>)> {
        let mut customer = person(self.seed, idx, self.first_drawn, self.lang)?;
        let mut dice = Dice::new(self.seed, "sales", idx as u64);
        let book = &mut self.books[guide_idx];
        let nth = book.n_customers;
        book.n_customers += 1;
        // 6 % have not bought; of the others 72 % bought once, 17 % twice
        let n_sales = *dice.weighted(&[(60, 0), (677, 1), (160, 2), (60, 3), (27, 4), (16, 6)]);
        let start = Dice::new(self.seed, "season", guide_idx as u64).next();
        let mut sales = Vec::new();
        for _ in 0..n_sales {
            let on = sale_day(spread(start, book.n_sales));
            book.n_sales += 1;
            sales.push(sale(&mut dice, on));
        }
        customer.do_not_contact = dice.happens(6);
        first_of_guide(nth, guide_idx, &mut customer, &mut sales, &mut dice);
        Some((customer, sales))
    }
}

/// What a guide's part of the generator counts.
#[derive(Default)]
struct Book {
    n_customers: usize,
    n_sales: u64,
}

fn assigned(seed: u64, idx: usize, staff: &[Staff]) -> usize {
    let total = staff.iter().map(|staff| staff.share).sum();
    let mut left = scaled(spread(Dice::new(seed, "assign", 0).next(), idx as u64), total);
    for (guide_idx, staff) in staff.iter().enumerate() {
        if left < staff.share {
            return guide_idx;
        }
        left -= staff.share;
    }
    0
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

/// The id of a customer's `nth` sale, from 1.
pub(super) fn purchase_id(customer: &CustomerId, nth: usize) -> Option<PurchaseId> {
    PurchaseId::new(&format!("S{}-{nth}", customer_no(customer))).ok()
}

fn customer_no(customer: &CustomerId) -> &str {
    customer.as_str().trim_start_matches('C')
}

/// Writes a customer's sales and returns.
fn sell(purchases: &mut Vec<Purchase>, customer: &Customer, sales: &[Sale], lang: Lang) {
    for (idx, sale) in sales.iter().enumerate() {
        let Some(id) = purchase_id(&customer.id, idx + 1) else { continue };
        let sale_no = format!("DJ{}-{}", customer_no(&customer.id), idx + 1);
        let sold = Purchase {
            id,
            customer: customer.id.clone(),
            bought_on: day(sale.on),
            amount_fen: sale.fen,
            items: vec![sale.piece.item(lang)],
            sale_no: Some(sale_no.clone()),
            returns_sale_no: None,
            store: customer.store.clone(),
        };
        if let Some(on) = sale.returned
            && let Ok(id) = PurchaseId::new(&format!("{}R", sold.id))
        {
            purchases.push(Purchase {
                id,
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
