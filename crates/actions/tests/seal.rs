//! The seal: signatures hold where they should and nowhere else, a day has one checkpoint, and a ledger rewritten with all its hashes
//! recomputed is found through a checkpoint kept elsewhere.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod town;

use actions::Hall;
use actions::seal::{PublicKey, Seal, SealError, holds_under, read_witnesses, signed_by, verify_signature, witness_text};
use jiff::civil::{Date, date};
use rusqlite::Connection;
use serde_json::json;
use store::trial::{Folder, on_both};
use store::{Checkpoint, Config, FaultKind, Store, Verification};
use town::{enter, hall};

const DAY: Date = date(2024, 3, 1);

/// Two entries in two registers: enough of a ledger to rewrite.
fn small_town(url: &str) -> Hall {
    let town = hall(url);
    let kept = json!({ "kind": "department", "short": "忻审批" });
    enter(&town, "organs", "adopt", "approval-bureau", "忻府区行政审批服务管理局", "", date(2024, 1, 2), kept);
    enter(&town, "organs", "adopt", "health", "忻府区卫生健康局", "", date(2024, 1, 2), json!({ "kind": "department", "short": "忻卫健" }));
    town
}

fn another_entry(town: &Hall, day: Date) {
    enter(town, "organs", "adopt", "housing", "忻府区住房和城乡建设局", "", day, json!({ "kind": "department", "short": "忻住建" }));
}

fn verify(folder: &Folder, witnesses: &[Checkpoint]) -> Verification {
    Store::open(&Config::new(folder.sqlite("town.db")).read_only()).unwrap().verify(witnesses, |_| ()).unwrap()
}

#[test]
fn a_checkpoint_is_signed_and_nothing_else_bears_its_signature() {
    let folder = Folder::new().unwrap();
    let town = small_town(&folder.sqlite("town.db"));
    let seal = Seal::generate().unwrap();
    let made = town.publish_checkpoint(&seal, DAY).unwrap();
    assert_eq!(holds_under(&made), Some(seal.public_key()));
    let (key, signature) = signed_by(&made).unwrap();
    let statement = made.statement();
    assert!(verify_signature(&statement, signature, &key));
    assert!(!verify_signature(&statement.replace("20240301", "20240302"), signature, &key));
    assert!(!verify_signature(&statement, signature, &Seal::generate().unwrap().public_key()));
    assert!(!verify_signature(&statement, &[], &key) && !verify_signature(&statement, &[0; 64], &key));
    for at in 0..signature.len() {
        let mut changed = signature.to_vec();
        changed[at] ^= 1;
        assert!(!verify_signature(&statement, &changed, &key), "byte {at}");
    }
    // What a checkpoint states is what it was signed for.
    assert_eq!(holds_under(&Checkpoint { events: made.events + 1, ..made.clone() }), None);
    assert_eq!(holds_under(&Checkpoint { signature: Vec::new(), ..made.clone() }), None);
}

/// Key and signature were made by OpenSSL 3 (`pkeyutl -sign -rawin -digest sm3 -pkeyopt distid:1234567812345678`).
#[test]
fn another_program_signs_the_same_way() {
    let key = "04912697214c6f085b0ecb4cf25c74c7b3c90452bdf499e70f02642d631d87addcdf42a9e91922efc93e4ba18f067be841c427d733b971b123a2fe0751a5d6345d";
    let signature =
        "cd7f422812a4ff9d836ee74b47e8352e5391106b7fe287e9b83144a72e373e626f5e6e6000ca3a76fe89d41ea2b2b2e574ec8406870a823c9cf1064dbb47533a";
    let signature: Vec<u8> = (0..signature.len()).step_by(2).map(|at| u8::from_str_radix(&signature[at..at + 2], 16).unwrap()).collect();
    let key = PublicKey::from_text(key).unwrap();
    assert!(verify_signature("fadu checkpoint\ndivision 140902\nnumber 1\nday 20240301\n", &signature, &key));
}

#[test]
fn the_key_is_made_once_and_for_its_owner_only() {
    let folder = Folder::new().unwrap();
    let path = folder.path().join("town.db.key");
    assert!(matches!(PublicKey::read(&path), Err(SealError::File(..))), "reading makes nothing");
    let made = Seal::open(&path).unwrap().public_key();
    assert_eq!(Seal::open(&path).unwrap().public_key(), made);
    assert_eq!(PublicKey::read(&path).unwrap(), made);
    assert_eq!(PublicKey::from_text(&format!("{made}\n")), Some(made));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing but the key is left behind");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    std::fs::write(&path, "not a key").unwrap();
    assert!(matches!(Seal::open(&path), Err(SealError::Key(_))), "a damaged key is not silently replaced");
    for text in ["", "04", "zz", "é", &"00".repeat(65), &"04".repeat(65)] {
        assert_eq!(PublicKey::from_text(text), None, "{text}");
    }
}

#[test]
fn a_day_has_one_checkpoint() -> Result<(), store::Error> {
    on_both(|name, url| {
        let town = hall(url);
        let seal = Seal::generate().unwrap();
        assert_eq!(town.publish_due_checkpoint(&seal, DAY.at(0, 1, 0, 0)).unwrap(), None, "{name}: an empty ledger has nothing to seal");
        let town = {
            drop(town);
            small_town(url)
        };
        let first = town.publish_checkpoint(&seal, DAY).unwrap();
        assert_eq!(town.publish_checkpoint(&seal, DAY).unwrap(), first, "{name}");
        assert_eq!((first.number, first.events), (1, 2), "{name}");
        assert!(town.publish_checkpoint(&seal, date(2024, 2, 29)).is_err(), "{name}: days only go forward");
        // The clock of the night: the day after, what is due is there already; a day later it is not.
        assert_eq!(town.publish_due_checkpoint(&seal, date(2024, 3, 2).at(0, 0, 0, 0)).unwrap(), None, "{name}");
        another_entry(&town, date(2024, 3, 2));
        let second = town.publish_due_checkpoint(&seal, date(2024, 3, 3).at(0, 0, 0, 0)).unwrap().unwrap();
        assert_eq!((second.number, second.day, second.events), (2, 20_240_302, 3), "{name}");
        assert_eq!(town.publish_due_checkpoint(&seal, date(2024, 3, 3).at(23, 59, 0, 0)).unwrap(), None, "{name}");
        assert_eq!(town.latest_checkpoint().unwrap(), Some(second.clone()), "{name}");
        assert!(town.store.verify(&[first, second], |_| ()).unwrap().sound(), "{name}");
    })
}

#[test]
fn a_kept_checkpoint_reads_back_and_a_changed_one_does_not() {
    let folder = Folder::new().unwrap();
    let town = small_town(&folder.sqlite("town.db"));
    let seal = Seal::generate().unwrap();
    let first = town.publish_checkpoint(&seal, DAY).unwrap();
    another_entry(&town, date(2024, 3, 2));
    let second = town.publish_checkpoint(&seal, date(2024, 3, 2)).unwrap();
    let text = format!("{}\n{}", witness_text(&first).unwrap(), witness_text(&second).unwrap());
    assert_eq!(read_witnesses(&text).unwrap(), [first.clone(), second]);
    assert_eq!(read_witnesses(&text.replace('\n', "\r\n")).unwrap().len(), 2);
    for (line, changed) in
        [("events 2", "events 3"), ("number 1", "number x"), ("signature ", "signature 00"), ("division", "county"), ("root ", "root 0")]
    {
        assert!(read_witnesses(&text.replacen(line, changed, 1)).is_err(), "{changed}");
    }
    for text in ["", "\n", "fadu checkpoint\n", &witness_text(&first).unwrap()[..100]] {
        assert!(read_witnesses(text).is_err(), "{text}");
    }
    assert_eq!(witness_text(&Checkpoint { signature: vec![1, 2, 3], ..first }), None);
}

/// Somebody who knows the program changes an entry and recomputes every hash and head after it.
fn rewrite(folder: &Folder) {
    let (division, stream, mut events) = {
        let store = Store::open(&Config::new(folder.sqlite("town.db")).read_only()).unwrap();
        let all = store.history((i64::MIN, i64::MIN), 100).unwrap();
        let first = all.iter().find(|event| event.body.contains("忻卫健")).unwrap();
        (first.division, first.stream, store.events(first.division, first.stream, 0).unwrap())
    };
    let raw = Connection::open(folder.path().join("town.db")).unwrap();
    for table in ["event", "checkpoint"] {
        raw.execute_batch(&format!("DROP TRIGGER IF EXISTS {table}_no_update; DROP TRIGGER IF EXISTS {table}_no_delete")).unwrap();
    }
    let mut previous = store::event::ORIGIN;
    for event in &mut events {
        event.body = event.body.replace("忻卫健", "忻医保");
        event.hash = event.hash_after(&previous);
        previous = event.hash;
        raw.execute(
            "UPDATE event SET body = ?1, hash = ?2 WHERE division = ?3 AND stream = ?4 AND seq = ?5",
            (&event.body, event.hash, division, stream, event.seq),
        )
        .unwrap();
    }
    raw.execute("UPDATE head SET hash = ?1 WHERE division = ?2 AND stream = ?3", (previous, division, stream)).unwrap();
}

#[test]
fn a_rewritten_ledger_is_found_through_the_witness() {
    let folder = Folder::new().unwrap();
    let url = folder.sqlite("town.db");
    let seal = Seal::generate().unwrap();
    let kept = {
        let town = small_town(&url);
        witness_text(&town.publish_checkpoint(&seal, DAY).unwrap()).unwrap()
    };
    let witnesses = read_witnesses(&kept).unwrap();
    assert!(verify(&folder, &witnesses).sound());

    rewrite(&folder);
    let kinds: Vec<FaultKind> = verify(&folder, &[]).faults.iter().map(|fault| fault.what).collect();
    assert_eq!(kinds, [FaultKind::Checkpoint], "every hash fits again; the checkpoint does not");

    // He removes the checkpoint and seals the day anew, even with the right key: only what is kept elsewhere tells.
    let raw = Connection::open(folder.path().join("town.db")).unwrap();
    raw.execute_batch("DELETE FROM checkpoint; DELETE FROM seal").unwrap();
    drop(raw);
    let forged = hall(&url).publish_checkpoint(&seal, DAY).unwrap();
    assert_eq!(holds_under(&forged), Some(seal.public_key()));
    assert!(verify(&folder, &[]).sound());
    let found = verify(&folder, &witnesses);
    assert_eq!(found.faults.iter().map(|fault| fault.what).collect::<Vec<_>>(), [FaultKind::Checkpoint]);
}

#[test]
fn an_older_copy_put_back_is_found_through_the_witness() {
    let folder = Folder::new().unwrap();
    let url = folder.sqlite("town.db");
    let old = folder.path().join("old.db");
    let seal = Seal::generate().unwrap();
    let town = small_town(&url);
    town.publish_checkpoint(&seal, DAY).unwrap();
    town.store.backup(&old).unwrap();
    another_entry(&town, date(2024, 3, 2));
    let later = town.publish_checkpoint(&seal, date(2024, 3, 2)).unwrap();
    drop(town);
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.path().join(format!("town.db{ending}")));
    }
    std::fs::rename(&old, folder.path().join("town.db")).unwrap();
    assert!(verify(&folder, &[]).sound());
    assert!(!verify(&folder, &[later]).sound());
}
