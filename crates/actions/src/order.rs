//! A leader's orders 督办指令: one as it stands, those open now, and a year's.

use engine::case::{Case, Person};
use jiff::civil::{Date, DateTime};
use serde::Serialize;
use store::{Backlog, CaseFilter, CaseOrder, CellFilter};

use crate::figure::Period;
use crate::hall::{Error, Hall, Result};

/// The procedure of a leader's orders, and its stage between a reply and its confirmation.
pub const ORDER: &str = "leader-order";
pub const REPLIED: &str = "replied";
/// The figure whose records are all orders.
const DISPATCHED: &str = "S170.orders_dispatched";
/// Open orders read for the screen, and listed on it.
const READ: u32 = 200;
const LISTED: usize = 12;

/// A leader's order as it stands.
#[derive(Debug, Clone, Serialize)]
pub struct Order {
    pub case: i64,
    pub code: String,
    pub subject: String,
    pub organ: String,
    pub organ_title: String,
    pub stage: String,
    pub stage_title: String,
    pub ended: bool,
    pub dispatched: Date,
    pub reply_by: Option<Date>,
    pub late: bool,
    pub about: Option<String>,
    pub outcome: Option<String>,
    pub reply: Option<String>,
}

impl Hall {
    /// Orders that are open, at most a dozen: what waits for the leader first, then by the day of the reply.
    /// `backlog` says whether any is.
    pub(crate) fn open_orders(&self, backlog: &[Backlog], now: DateTime) -> Result<Vec<Order>> {
        if !backlog.iter().any(|line| line.procedure == ORDER) {
            return Ok(Vec::new());
        }
        let filter = CaseFilter { open: Some(true), procedures: vec![ORDER.to_owned()], few: true, ..CaseFilter::default() };
        let rows = self.store.cases(self.settings.number(), &filter, CaseOrder::Due, 0, READ)?;
        let mut orders = rows.iter().map(|row| self.order(row.stream, now)).collect::<Result<Vec<_>>>()?;
        // What waits for the leader comes first, then what is late.
        orders.sort_by_key(|order| (order.stage != REPLIED, order.reply_by));
        orders.truncate(LISTED);
        Ok(orders)
    }

    /// An order as it stands.
    pub fn order(&self, id: i64, now: DateTime) -> Result<Order> {
        let case = self.case(id)?;
        Ok(self.order_of(&case, now))
    }

    fn order_of(&self, case: &Case, now: DateTime) -> Order {
        let version = engine::decide::version_of(&self.law, case).map(|(_, version)| version);
        let stage = version.and_then(|version| version.stage(&case.stage));
        let text = |field: &str| case.text(field).filter(|text| !text.is_empty()).map(str::to_owned);
        let outcome = version
            .and_then(|version| version.field("outcome"))
            .zip(case.fields.get("outcome"))
            .map(|(field, value)| self.read_value(field, value));
        let clock = case.clocks.get("reply");
        let due = clock.and_then(|ledger| ledger.due(&self.law.calendar, now).ok());
        Order {
            case: case.id,
            code: crate::step::code(case),
            subject: text("subject").unwrap_or_default(),
            organ: case.organ.clone(),
            organ_title: self.organ_title(&case.organ),
            stage: case.stage.clone(),
            stage_title: stage.map_or_else(|| case.stage.clone(), |stage| stage.title.clone()),
            ended: stage.is_some_and(|stage| stage.end),
            dispatched: case.opened.date(),
            reply_by: text("reply-by").and_then(|day| day.parse().ok()),
            late: due.is_some_and(|due| clock.and_then(|ledger| ledger.met).unwrap_or(now) > due.at),
            about: text("about-link"),
            outcome,
            reply: text("reply"),
        }
    }

    /// A year's orders, newest first, a page at a time, with how many there are.
    pub fn orders(&self, who: &Person, year: i16, offset: u64, limit: u32, now: DateTime) -> Result<(Vec<Order>, i64)> {
        if !["leader", "supervisor"].iter().any(|post| who.holds(post)) {
            return Err(Error::Forbidden("督办指令的总表只对区领导和行政执法监督人员开放".to_owned()));
        }
        let (period, everything) = (Period::year(year).ok_or(Error::NotFound)?, CellFilter::default());
        let (total, _) = self.record_total(DISPATCHED, period, &everything)?;
        // The records lie in the order of their days: the newest page is the last.
        let rest = total - i64::try_from(offset).unwrap_or(i64::MAX);
        let (from, count) = ((rest - i64::from(limit)).max(0), rest.clamp(0, i64::from(limit)));
        let rows = self.records(DISPATCHED, period, &everything, from.unsigned_abs(), u32::try_from(count).unwrap_or(0))?;
        let orders = rows.iter().rev().map(|row| self.order(row.stream, now)).collect::<Result<_>>()?;
        Ok((orders, total))
    }
}
