//! Importing files as shops export them.

use std::collections::BTreeMap;

use guide_common::customer::Customer;
use guide_common::purchase::Purchase;
use guide_hub::db::feed::POOL;
use guide_hub::db::{file, page};
use guide_hub::import::{ImportOptions, Mode, customers};

use crate::support::{TestDb, guide_id, store_id};

const HEAD: &str = "customer_id,purchased_on,quantity,amount\n";

async fn purchases(test: &TestDb) -> Vec<Purchase> {
    let mut conn = test.db.conn().await.unwrap();
    let files = file::of_feed(&mut conn, POOL).await.unwrap();
    files.into_values().flat_map(|file| file.purchases).collect()
}

async fn customer(test: &TestDb, id: &str) -> Customer {
    let mut conn = test.db.conn().await.unwrap();
    let customers = file::customers_of_feed(&mut conn, POOL).await.unwrap();
    customers.into_iter().find(|customer| customer.id.as_str() == id).unwrap()
}

async fn head(test: &TestDb) -> u64 {
    let mut conn = test.db.conn().await.unwrap();
    page::read(&mut conn, POOL, 0, 1).await.unwrap().unwrap().state.head
}

async fn refusal(test: &TestDb, csv: &[u8]) -> String {
    let result = guide_hub::import::purchases::import(&test.db, csv, &ImportOptions::default(), &mut |_, _| {}).await;
    result.unwrap_err().to_string()
}

#[tokio::test]
async fn the_real_file_makes_6919_purchases_of_2357_customers_however_often_it_is_imported() {
    let test = TestDb::new().await;
    let csv = include_bytes!("../../tests/data/purchases.csv");
    let first = test.import(csv).await;
    assert_eq!((first.rows, first.new, first.customers_created, first.bad.len()), (6_919, 6_919, 2_357, 0));
    let head_before = head(&test).await;
    let second = test.import(csv).await;
    assert_eq!((second.rows, second.unchanged, second.new, second.customers_created), (6_919, 6_919, 0, 0));
    assert_eq!(head(&test).await, head_before, "an import that changes nothing gives no sequence number");
    let mut conn = test.db.conn().await.unwrap();
    let counts = page::count_kinds(&mut conn, POOL).await.unwrap();
    assert_eq!(counts, BTreeMap::from([("customer".to_owned(), 2_357), ("purchase".to_owned(), 6_919)]));
}

#[tokio::test]
async fn equal_rows_are_separate_purchases_in_this_and_every_longer_file() {
    let test = TestDb::new().await;
    let row = "C1,2026-08-01,1,12.50\n";
    assert_eq!(test.import(format!("{HEAD}{row}{row}")).await.new, 2);
    assert_eq!(test.import(format!("{HEAD}{row}{row}")).await.unchanged, 2);
    let longer = test.import(format!("{HEAD}C2,2026-08-01,1,12.50\n{row}{row}{row}")).await;
    assert_eq!((longer.new, longer.unchanged), (2, 2));
    let again = test.import(format!("{HEAD}{row}")).await;
    assert_eq!((again.new, again.unchanged), (0, 1));
    assert_eq!(purchases(&test).await.len(), 4);
}

#[tokio::test]
async fn the_same_row_written_otherwise_is_the_same_purchase() {
    let test = TestDb::new().await;
    test.import(format!("{HEAD}C1,2026-08-01,1,12.50\n")).await;
    let other = test.import("会员号,日期,金额,数量,备注\nC1,2026年8月1日,￥12.5,１,无\n").await;
    assert_eq!((other.unchanged, other.new), (1, 0));
    assert_eq!(other.ignored_columns, ["备注"]);
}

#[tokio::test]
async fn a_sale_number_decides_and_a_changed_row_updates_its_sale() {
    let test = TestDb::new().await;
    let head = "customer_id,purchased_on,amount,sale_no,returns_sale_no\n";
    let first =
        test.import(format!("{head}C1,2026-08-01,100,N1,\nC1,2026-08-01,100,N1,\nC1,2026-08-01,100,N2,\n")).await;
    assert_eq!((first.new, first.repeated), (2, 1));
    let changed = test.import(format!("{head}C1,2026-08-02,90,N1,\n")).await;
    assert_eq!((changed.updated, changed.new), (1, 0));
    let amounts: Vec<i64> = purchases(&test).await.iter().map(|purchase| purchase.amount_fen).collect();
    assert_eq!(amounts.iter().sum::<i64>(), 19_000, "{amounts:?}");
    let torn = test.import(format!("{head}C1,2026-08-02,90,N3,\nC1,2026-08-02,80,N3,\n")).await;
    assert_eq!(torn.new, 1);
    assert!(torn.bad[0].line == 3 && torn.bad[0].reason.contains("line 2"), "{:?}", torn.bad);
}

#[tokio::test]
async fn a_sale_booked_to_another_customer_leaves_the_first_one() {
    let test = TestDb::with_guides(&["G1"]).await;
    let head = "customer_id,purchased_on,amount,sale_no\n";
    test.import(format!("{head}C1,2026-08-01,100,N1\nC2,2026-08-01,50,N2\n")).await;
    let moves =
        guide_hub::assign::plan_named(&test.db, &[crate::support::customer_id("C1")], &guide_id("G1")).await.unwrap();
    guide_hub::assign::carry_out(&test.db, &moves, crate::support::day(crate::support::TODAY), |_| {}).await.unwrap();
    test.import(format!("{head}C2,2026-08-01,100,N1\n")).await;
    let mut conn = test.db.conn().await.unwrap();
    let left = file::of_feed(&mut conn, "G1").await.unwrap();
    assert!(left.values().all(|file| file.purchases.is_empty()));
    drop(conn);
    assert_eq!(purchases(&test).await.len(), 2);
}

#[tokio::test]
async fn a_negative_amount_is_a_return_and_names_its_sale() {
    let test = TestDb::new().await;
    let csv = "客户编号,消费日期,实付金额,单号,原单号\nC1,2026/8/1,100,N1,\nC1,2026/8/3,-100,N2,N1\n";
    assert_eq!(test.import(csv).await.new, 2);
    let purchases = purchases(&test).await;
    let returned = purchases.iter().find(|purchase| purchase.is_return()).unwrap();
    assert_eq!((returned.amount_fen, returned.returns_sale_no.as_deref()), (-10_000, Some("N1")));
}

#[tokio::test]
async fn bad_rows_are_reported_with_line_and_reason_and_the_good_ones_imported() {
    let test = TestDb::new().await;
    let csv = format!(
        "{HEAD}C1,2026-08-01,1,10\nC1,2026-02-30,1,10\n,2026-08-01,1,10\nC1,2026-08-01,1,ten\nC1,2026-08-01,1.5,10\n\
         C1,2026-08-01,1,10,surplus\n\nC1,2026-08-01,-1,10\nC2,2026-08-01,1,20\n"
    );
    let summary = test.import(csv).await;
    assert_eq!((summary.rows, summary.new), (8, 2));
    let lines: Vec<u64> = summary.bad.iter().map(|bad| bad.line).collect();
    assert_eq!(lines, [3, 4, 5, 6, 7, 9], "{:?}", summary.bad);
    for (bad, word) in summary.bad.iter().zip(["date", "customer id", "amount", "quantity", "5 cells", "negative"]) {
        assert!(bad.reason.contains(word), "{}", bad.reason);
    }
}

#[tokio::test]
async fn a_quotation_mark_left_open_is_named_and_hides_no_lines_silently() {
    let test = TestDb::new().await;
    let rows = "C2,2026-08-01,1,20\n".repeat(10);
    let summary = test.import(format!("{HEAD}C1,2026-08-01,1,10\nC1,\"2026-08-01,1,10\n{rows}")).await;
    assert_eq!((summary.new, summary.bad.len(), summary.bad[0].line), (1, 1, 3));
    assert!(summary.bad[0].reason.contains("before line 14"), "{}", summary.bad[0].reason);
}

#[tokio::test]
async fn gb18030_and_utf_8_with_bom_and_chinese_headers_are_read() {
    let text = "客户编号,消费日期,金额,商品,材质\nC1,2026年8月1日,1288.00,古法金手镯,足金\n";
    let (gb18030, _, _) = encoding_rs::GB18030.encode(text);
    let mut bom = vec![0xef, 0xbb, 0xbf];
    bom.extend(text.as_bytes());
    let mut utf_16 = vec![0xff, 0xfe];
    utf_16.extend(text.replace(',', "\t").encode_utf16().flat_map(u16::to_le_bytes));
    for bytes in [gb18030.as_ref(), &bom, &utf_16] {
        let test = TestDb::new().await;
        assert_eq!(test.import(bytes).await.new, 1);
        let item = purchases(&test).await[0].items[0].clone();
        assert_eq!((item.name.as_deref(), item.material.as_deref()), (Some("古法金手镯"), Some("足金")));
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_refused_with_the_next_step() {
    let test = TestDb::new().await;
    assert!(refusal(&test, b"").await.contains("empty"));
    assert!(refusal(&test, b"customer_id,amount\nC1,1\n").await.contains("purchased_on"));
    assert!(refusal(&test, b"customer_id,date,amount,total\n").await.contains("mean the same"));
    assert!(refusal(&test, b"\xff\xff\xff,\x80\n").await.contains("UTF-8"));
    assert!(refusal(&test, b"PK\x03\x04\x14\x00\x06\x00").await.contains("save it as"));
}

#[tokio::test]
async fn a_dry_run_counts_like_an_import_and_writes_nothing() {
    let test = TestDb::new().await;
    let options = ImportOptions { mode: Mode::DryRun, ..ImportOptions::default() };
    let csv = include_bytes!("../../tests/data/purchases.csv");
    let summary = test.import_with(csv, &options).await;
    assert_eq!((summary.new, summary.customers_created), (6_919, 2_357));
    assert_eq!(head(&test).await, 0);
}

#[tokio::test]
async fn customers_without_a_name_get_a_generated_one_until_a_file_names_them() {
    let test = TestDb::with_guides(&[]).await;
    let options = ImportOptions { store: Some(store_id()), ..ImportOptions::default() };
    test.import_with(format!("{HEAD}C1,2026-08-01,1,10\n"), &options).await;
    let made_up = customer(&test, "C1").await;
    assert!(made_up.name_generated && !made_up.name.is_empty());
    assert_eq!(made_up.store, Some(store_id()));
    let csv = "客户编号,姓名,手机,分层,生日,生日历法,标签,免打扰\n\
               C1,单雅宁,+86 100-0000-0001,S,1990-08-05,农历,MAT:珍珠；STY:项链,否\nC2,王\u{1b}[2J芳,,,,,,\n";
    let import = async || customers::import(&test.db, csv.as_bytes(), &options, &mut |_, _| {}).await.unwrap();
    let summary = import().await;
    assert_eq!((summary.rows, summary.updated, summary.new), (2, 1, 1));
    let named = customer(&test, "C1").await;
    assert_eq!((named.name.as_str(), named.name_generated), ("单雅宁", false));
    assert_eq!(named.phone.as_deref(), Some("10000000001"));
    assert_eq!(named.tags.len(), 2);
    assert_eq!(customer(&test, "C2").await.name, "王[2J芳");
    let head_before = head(&test).await;
    assert_eq!(import().await.unchanged, 2);
    assert_eq!(head(&test).await, head_before);
    let bad = "customer_id,phone,tier\nC1,123,\nC1,,X\nC1,,\n";
    let summary = customers::import(&test.db, bad.as_bytes(), &options, &mut |_, _| {}).await.unwrap();
    assert_eq!((summary.bad.len(), summary.unchanged), (2, 1));
}

#[tokio::test]
async fn a_store_that_is_not_known_is_refused_with_the_command_that_makes_it() {
    let test = TestDb::new().await;
    let options = ImportOptions { store: Some(store_id()), ..ImportOptions::default() };
    let csv = format!("{HEAD}C1,2026-08-01,1,10\n");
    let refused = guide_hub::import::purchases::import(&test.db, csv.as_bytes(), &options, &mut |_, _| {}).await;
    assert!(refused.unwrap_err().to_string().contains("guide-hub store add"));
}

#[test]
fn the_docs_name_every_column_and_every_header_of_it() {
    use guide_hub::import::columns::{CUSTOMER_COLUMNS, PURCHASE_COLUMNS, RECORD_COLUMNS};
    let docs = include_str!("../../docs/import.md");
    for column in PURCHASE_COLUMNS.iter().chain(&CUSTOMER_COLUMNS).chain(&RECORD_COLUMNS) {
        for name in std::iter::once(&column.name).chain(column.aliases) {
            assert!(docs.contains(&format!("`{name}`")), "docs/import.md does not name {name}");
        }
    }
}
