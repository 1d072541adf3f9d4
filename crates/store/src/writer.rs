//! The one thread that writes: gathers what waits, writes it in one transaction, answers only after the commit.

use std::{
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, OnceLock,
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
    thread::JoinHandle,
};

use crate::{
    AppendError, Appended, Error, Result,
    dialect::{Address, Conn, Purpose},
    ledger::{Batch, Prepared},
    standing::Spots,
    tip::Tips,
    word::Words,
};

/// Events gathered into one transaction, at most about this many.
const GROUP: usize = 2_000;

type Answers = Vec<Result<Appended, AppendError>>;

/// Work other than appending: told, after it has run, whether its transaction was committed.
type Work = Box<dyn FnOnce(&mut Ledger) -> (bool, Settle) + Send>;
type Settle = Box<dyn FnOnce(Result<()>) + Send>;

enum Request {
    Append(AppendRequest),
    Work(Work),
}

struct AppendRequest {
    appends: Vec<Prepared>,
    /// All or none.
    together: bool,
    /// The answers, and the appends themselves: the caller has more time to free them than the writer.
    reply: SyncSender<(Answers, Vec<Prepared>)>,
}

/// The handle of the writing thread.
pub(crate) struct Writer {
    requests: Option<Sender<Request>>,
    thread: Option<JoinHandle<()>>,
    halted: Arc<OnceLock<String>>,
}

/// What the writing thread owns: the connection, and what it remembers so that most appends read nothing.
pub(crate) struct Ledger {
    pub conn: Conn,
    address: Address,
    purpose: Purpose,
    pub words: Arc<Words>,
    pub tips: Tips,
    pub spots: Spots,
    /// Last document number drawn, by (division, organ, series, year).
    pub numbers: std::collections::HashMap<(i64, String, String, i32), i64>,
    /// Last job id, by division.
    pub jobs: std::collections::HashMap<i64, i64>,
    /// Last document of the search index.
    pub doc: Option<i64>,
    /// Figures being folded over history, with the last stream that is counted.
    pub folding: std::collections::HashMap<String, (i64, i64)>,
    halted: Arc<OnceLock<String>>,
}

impl Writer {
    pub fn start(ledger: Ledger, lock: Option<File>) -> Result<Writer> {
        let (requests, inbox) = channel();
        let halted = ledger.halted.clone();
        let thread = std::thread::Builder::new().name("store-writer".to_owned()).spawn(move || {
            serve(ledger, &inbox);
            drop(lock);
        })?;
        Ok(Writer { requests: Some(requests), thread: Some(thread), halted })
    }

    pub fn append(&self, appends: Vec<Prepared>, together: bool) -> Answers {
        let count = appends.len();
        let (reply, answers) = sync_channel(1);
        let sent = self.send(Request::Append(AppendRequest { appends, together, reply }));
        match sent.and_then(|()| answers.recv().map_err(|_| self.gone())) {
            Ok((answers, _)) => answers,
            Err(error) => vec![Err(AppendError::Store(error)); count],
        }
    }

    pub fn run<T: Send + 'static>(&self, work: impl FnOnce(&mut Ledger) -> Result<T> + Send + 'static) -> Result<T> {
        let (reply, answer) = sync_channel(1);
        self.send(Request::Work(Box::new(move |ledger| {
            let outcome = work(ledger);
            let failed = outcome.is_err();
            // A caller that no longer listens needs no answer.
            (failed, Box::new(move |committed| drop(reply.send(outcome.and_then(|value| committed.map(|()| value))))))
        })))?;
        answer.recv().map_err(|_| self.gone())?
    }

    fn send(&self, request: Request) -> Result<()> {
        if let Some(why) = self.halted.get() {
            return Err(Error::Halted(why.clone()));
        }
        let requests = self.requests.as_ref().ok_or_else(|| self.gone())?;
        requests.send(request).map_err(|_| self.gone())
    }

    fn gone(&self) -> Error {
        Error::Halted(self.halted.get().cloned().unwrap_or_else(|| "the writing thread has ended".to_owned()))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was already told to every caller.
            drop(thread.join());
        }
    }
}

fn serve(mut ledger: Ledger, inbox: &Receiver<Request>) {
    while let Ok(first) = inbox.recv() {
        let mut weight = first.weight();
        let mut group = vec![first];
        while weight < GROUP {
            let Ok(next) = inbox.try_recv() else { break };
            weight += next.weight();
            group.push(next);
        }
        let served = catch_unwind(AssertUnwindSafe(|| ledger.serve(group)));
        if served.is_err() {
            // The callers of this group see their channel closed, and read the reason.
            ledger.halt("the writing thread met a defect of the program and stopped");
        }
    }
}

impl Request {
    fn weight(&self) -> usize {
        match self {
            Request::Append(request) => request.appends.iter().map(|prepared| prepared.append.events.len().max(1)).sum(),
            Request::Work(_) => 1,
        }
    }
}

impl Ledger {
    pub fn new(conn: Conn, address: Address, purpose: Purpose, words: Arc<Words>) -> Result<Ledger> {
        let mut ledger = Ledger {
            conn,
            address,
            purpose,
            words,
            tips: Tips::default(),
            spots: Spots::default(),
            numbers: Default::default(),
            jobs: Default::default(),
            doc: None,
            folding: Default::default(),
            halted: Arc::default(),
        };
        ledger.load_folding()?;
        Ok(ledger)
    }

    fn load_folding(&mut self) -> Result<()> {
        self.folding = self
            .conn
            .list("SELECT figure, division, stream FROM figure_position WHERE folding = 1", &[], |row| {
                Ok((row.string(0)?, (row.int(1)?, row.int(2)?)))
            })?
            .into_iter()
            .collect();
        Ok(())
    }

    fn halt(&self, why: &str) {
        // The first reason is the one that counts.
        drop(self.halted.set(why.to_owned()));
    }

    /// Forgets all that the database may not have.
    fn forget(&mut self) {
        self.tips.forget();
        self.words.forget();
        self.numbers.clear();
        self.jobs.clear();
        self.doc = None;
    }

    fn serve(&mut self, group: Vec<Request>) {
        let mut requests = Vec::new();
        let mut works = Vec::new();
        for request in group {
            match request {
                Request::Append(request) => requests.push(request),
                Request::Work(work) => works.push(work),
            }
        }
        works.reverse();
        let mut settles = Vec::new();
        let units: Vec<(&[Prepared], bool)> = requests.iter().map(|request| (&request.appends[..], request.together)).collect();
        let tried = self.transaction(|ledger| {
            let answers = ledger.write(&units)?;
            while let Some(work) = works.pop() {
                settles.push(ledger.work(work)?);
            }
            Ok(answers)
        });
        let committed = tried.as_ref().map(drop).map_err(Clone::clone);
        for settle in settles {
            settle(committed.clone());
        }
        let answers = match tried {
            Ok(answers) => answers,
            Err(Error::Constraint(_) | Error::Busy(_)) => units.iter().map(|unit| self.one_by_one(*unit)).collect(),
            Err(error) => units.iter().map(|(appends, _)| vec![Err(AppendError::Store(error.clone())); appends.len()]).collect(),
        };
        drop(units);
        for (request, answers) in requests.into_iter().zip(answers) {
            drop(request.reply.send((answers, request.appends)));
        }
        // Work that was not reached because an append spoiled the transaction.
        while let Some(work) = works.pop() {
            let mut settle = None;
            let done = self.transaction(|ledger| {
                settle = Some(ledger.work(work)?);
                Ok(())
            });
            if let Some(settle) = settle {
                settle(done);
            }
        }
    }

    /// Plans and writes all units; members that conflict get their answer and leave no trace.
    fn write(&mut self, units: &[(&[Prepared], bool)]) -> Result<Vec<Answers>> {
        let mut batch = Batch::default();
        let mut answers = Vec::with_capacity(units.len());
        for (appends, together) in units {
            answers.push(batch.plan(self, appends, *together)?);
        }
        batch.write(self)?;
        Ok(answers)
    }

    /// After a batch broke a rule of the database: each unit in its own transaction, so that only the culprit is told.
    fn one_by_one(&mut self, (appends, together): (&[Prepared], bool)) -> Answers {
        if together {
            return self.alone(appends, true);
        }
        appends.iter().flat_map(|prepared| self.alone(std::slice::from_ref(prepared), false)).collect()
    }

    fn alone(&mut self, appends: &[Prepared], together: bool) -> Answers {
        let mut tries = 0;
        loop {
            match self.transaction(|ledger| ledger.write(&[(appends, together)])) {
                Ok(answers) => return answers.into_iter().flatten().collect(),
                // Another writer of the same database was first: look again.
                Err(Error::Constraint(_) | Error::Busy(_)) if tries < 3 => tries += 1,
                Err(Error::Constraint(what)) => {
                    return vec![Err(AppendError::Duplicate(what)); appends.len()];
                }
                Err(error) => return vec![Err(AppendError::Store(error)); appends.len()],
            }
        }
    }

    fn work(&mut self, work: Work) -> Result<Settle> {
        self.conn.script("SAVEPOINT work")?;
        let (failed, settle) = work(self);
        if failed {
            self.conn.script("ROLLBACK TO SAVEPOINT work")?;
            self.forget();
            self.load_folding()?;
        }
        self.conn.script("RELEASE SAVEPOINT work")?;
        Ok(settle)
    }

    /// One transaction. After any failure nothing of it is stored and nothing of it is remembered;
    /// after a failure that leaves the disk in doubt the writer stops for good.
    fn transaction<T>(&mut self, work: impl FnOnce(&mut Ledger) -> Result<T>) -> Result<T> {
        if let Some(why) = self.halted.get() {
            return Err(Error::Halted(why.clone()));
        }
        if self.conn.lost() {
            self.conn = Conn::open(&self.address, self.purpose)?;
        }
        let done = self.conn.begin().and_then(|()| work(self)).and_then(|value| self.conn.commit().map(|()| value));
        done.inspect_err(|error| {
            self.forget();
            let undone = if self.conn.lost() { Ok(()) } else { self.conn.rollback() };
            match (error, undone) {
                (Error::Halted(why) | Error::Damaged(why), _) => self.halt(why),
                (_, Err(Error::Halted(why) | Error::Damaged(why))) => self.halt(&why),
                _ => {}
            }
            // If even this cannot be read, the next transaction says why.
            drop(self.load_folding());
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{Append, AppendError, Error, NewEvent, trial::Folder};

    fn append(stream: i64, bytes: usize) -> Append {
        let event = NewEvent { kind: "k".into(), body: format!("{{\"a\":\"{}\"}}", "x".repeat(bytes)), ..NewEvent::default() };
        Append { division: 1, stream, events: vec![event], ..Append::default() }
    }

    #[test]
    fn a_full_disk_is_refused_and_writing_resumes_when_there_is_space() {
        let folder = Folder::new().unwrap();
        let store = folder.store("full.db").unwrap();
        store.append(vec![append(1, 10)]).remove(0).unwrap();
        store.write(|ledger| ledger.conn.script("PRAGMA max_page_count = 1")).unwrap();
        let answer = store.append(vec![append(2, 1_000_000)]).remove(0);
        assert!(matches!(answer, Err(AppendError::Store(Error::Full(_)))), "{answer:?}");
        assert_eq!(store.events(1, 1, 0).unwrap().len(), 1);
        store.write(|ledger| ledger.conn.script("PRAGMA max_page_count = 1000000")).unwrap();
        store.append(vec![append(2, 1_000_000)]).remove(0).unwrap();
        assert!(store.verify(&[], |_| ()).unwrap().sound());
    }

    #[test]
    fn work_that_fails_leaves_nothing() {
        let folder = Folder::new().unwrap();
        let store = folder.store("work.db").unwrap();
        let failed = store.write(|ledger| {
            ledger.words.id_or_new(&mut ledger.conn, 1, "word")?;
            Err::<(), _>(Error::Invalid("no".into()))
        });
        assert_eq!(failed, Err(Error::Invalid("no".into())));
        assert_eq!(store.read(|conn| store.words.id(conn, 1, "word")).unwrap(), crate::word::UNKNOWN);
    }

    #[test]
    fn a_defect_stops_the_writer_and_is_told() {
        let folder = Folder::new().unwrap();
        let store = folder.store("defect.db").unwrap();
        store.append(vec![append(1, 10)]).remove(0).unwrap();
        let answer = store.write(|_| -> crate::Result<()> { panic!("a defect, on purpose") });
        assert!(matches!(answer, Err(Error::Halted(_))), "{answer:?}");
        let answer = store.append(vec![append(2, 10)]).remove(0);
        assert!(matches!(answer, Err(AppendError::Store(Error::Halted(_)))), "{answer:?}");
        assert_eq!(store.events(1, 1, 0).unwrap().len(), 1);
    }
}
