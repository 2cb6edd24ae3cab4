//! Which commands begin a database, and that a misspelt folder is no empty hub.

use std::os::unix::fs::PermissionsExt;

use crate::support::hub_command;

#[test]
fn a_folder_without_a_database_is_refused_by_what_neither_fills_nor_serves_one() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("misspelt");
    let plan = dir.path().join("plan.toml");
    std::fs::write(&plan, "").unwrap();
    for args in [
        &["guide", "list"][..],
        &["store", "list"],
        &["plan", "list"],
        &["publish", "plans", plan.to_str().unwrap()],
        &["dispatch", "P01", "--customers", "C1"],
        &["rush", "list"],
        &["device", "list"],
        &["report", "--from", "2026-08-01", "--to", "2026-08-02"],
        &["inspect", "G1"],
        &["price", "show"],
        &["migrate"],
    ] {
        let ran = hub_command(&data, args);
        ran.check(1, "there is no hub's database in");
        ran.check(1, "check --data");
        assert!(!data.exists(), "{args:?} made the folder");
    }
    hub_command(&data, &["store", "add", "--id", "S1", "--name", "云杉路店"]).check(0, "store S1");
    hub_command(&data, &["store", "list"]).check(0, "S1");
}

#[test]
fn what_it_makes_is_its_user_s_alone() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("home/hub");
    hub_command(&data, &["store", "add", "--id", "S1", "--name", "云杉路店"]).check(0, "store S1");
    for path in [dir.path().join("home"), data.clone(), data.join("hub.db")] {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}: {mode:o}", path.display());
    }
}

#[test]
fn a_backup_is_a_hub_of_its_own_for_its_user_alone_and_takes_no_file_s_place() {
    let dir = tempfile::tempdir().unwrap();
    let (data, copy) = (dir.path().join("hub"), dir.path().join("copy"));
    hub_command(&data, &["import", "demo"]).check(0, "600 customers");
    std::fs::create_dir(&copy).unwrap();
    let file = copy.join("hub.db");
    hub_command(&data, &["backup", file.to_str().unwrap()]).check(0, "hub.db");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
    let dump = |data: &std::path::Path| hub_command(data, &["inspect", "--dump"]).text();
    let whole = dump(&data);
    assert!(whole.lines().count() > 4_000 && whole == dump(&copy), "it holds the same");
    let own = hub_command(&data, &["inspect", "--dump", "linzhixia"]).text();
    assert!(own.lines().all(|line| line.starts_with("{\"feed\":\"linzhixia\"")) && whole.contains(own.trim()));
    hub_command(&data, &["backup", file.to_str().unwrap()]).check(1, "is there already");
}
