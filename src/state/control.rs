//! What a person does to the state beside answering: look at grants and take them back, stop, let go on, set the key.
//! Each is a ledger entry first; the index then follows from the ledger, as it would after a crash.

use super::{
    Held, State,
    freeze::{Freeze, THAW},
    grant::{self, Standing},
    kept, members, moment,
    replay::{APPROVER, REVOKE, catch_up, key_told},
    table::Table,
};
use crate::{
    approver::{Approver, KeyFile, PublicKey, Statement},
    report::{Exit, Failure},
};
use ledger::{Draft, Durability, Kind, Ledger};
use serde_json::{Map, Value as Json, json};

impl State<'_> {
    /// The key that may approve here.
    ///
    /// # Errors
    /// 78 where there is none, or policy and ledger name different ones.
    pub fn approver_key(&self, ledger: &mut Ledger) -> Result<PublicKey, Failure> {
        let _held = Held::take(self.home)?;
        let marks = ledger.marks()?;
        let table = catch_up(self.home, self.shown, marks)?;
        self.anchor(&table)
    }

    /// The key that the ledger names, whatever policy says.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn ledger_key(&self, ledger: &mut Ledger) -> Result<Option<PublicKey>, Failure> {
        let _held = Held::take(self.home)?;
        let marks = ledger.marks()?;
        Ok(catch_up(self.home, self.shown, marks)?.key())
    }

    /// The key of whoever approves here, from whatever still tells it: the ledger, where that takes no entry the index or
    /// what can be read, and where it was cut short and tells none, policy or the stored key.
    ///
    /// # Errors
    /// The index or the stored key cannot be read.
    pub fn known_key(&self, ledger: &mut Ledger) -> Result<Option<PublicKey>, Failure> {
        let told = match self.ledger_key(ledger) {
            Ok(told) => told,
            Err(_) => match Table::open(self.home)? {
                Some(table) => table.key(),
                None => key_told(self.home, self.shown),
            },
        };
        let in_policy = || self.settings.public_key.as_deref().and_then(PublicKey::parse);
        match told.or_else(in_policy) {
            Some(known) => Ok(Some(known)),
            None => KeyFile::stored(self.home),
        }
    }

    /// Every grant as it stands, by number.
    ///
    /// # Errors
    /// The ledger or the index cannot be read.
    pub fn grants(&self, ledger: &mut Ledger) -> Result<Vec<Standing>, Failure> {
        let _held = Held::take(self.home)?;
        let marks = ledger.marks()?;
        let table = catch_up(self.home, self.shown, marks)?;
        kept::all(self.home, &table, self.anchor(&table).ok().as_ref())
    }

    /// The grants that may still be used, as far as the index knows: for showing, since nothing is locked or caught up.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn known_grants(&self) -> Result<Vec<Standing>, Failure> {
        let Some(table) = Table::open(self.home)? else {
            return Ok(Vec::new());
        };
        let mut all = kept::all(self.home, &table, self.anchor(&table).ok().as_ref())?;
        all.retain(|standing| standing.over.is_none());
        Ok(all)
    }

    /// Takes grants back: those named, or all where none is named.
    ///
    /// # Errors
    /// 74 where it cannot be recorded; 64 for an id that no grant has.
    pub fn revoke(&self, ledger: &mut Ledger, approver: &Approver, ids: &[String]) -> Result<u32, Failure> {
        let _held = Held::take(self.home)?;
        let marks = ledger.marks()?;
        let table = catch_up(self.home, self.shown, marks)?;
        let mut numbers = Vec::with_capacity(ids.len());
        for id in ids {
            let number = grant::number(id)
                .filter(|number| *number <= table.header.grants)
                .ok_or_else(|| {
                    Failure::new(Exit::Usage, format!("no grant has the id `{id}`"))
                        .hint("`wt grants` lists them")
                })?;
            numbers.push(grant::id(number));
        }
        let what = if numbers.is_empty() {
            json!({"up_to": table.header.grants, "at": moment::now()})
        } else {
            json!({"grants": numbers, "at": moment::now()})
        };
        self.state_signed(ledger, approver, Kind::Revoke, REVOKE, what)?;
        let count = if numbers.is_empty() {
            table.header.grants
        } else {
            u32::try_from(numbers.len()).unwrap_or(0)
        };
        Ok(count)
    }

    /// Stops calls: everyone's, or one agent's. Needs no signature; whoever is in doubt may stop things.
    ///
    /// # Errors
    /// 74 where it cannot be recorded.
    pub fn freeze(&self, ledger: &mut Ledger, who: &Freeze) -> Result<u64, Failure> {
        let data = members(json!({"principal": who.principal, "agent": who.agent, "reason": who.reason}));
        let receipts = ledger.append(
            &[Draft {
                kind: Kind::Freeze,
                data,
            }],
            Durability::Strict,
        )?;
        let seq = receipts.first().map_or(0, |receipt| receipt.seq);
        // The ledger alone stops calls; the copy beside it only saves reading.
        if let Ok(_held) = Held::take(self.home) {
            catch_up(self.home, self.shown, ledger.marks()?)?;
        }
        Ok(seq)
    }

    /// The freezes in force.
    ///
    /// # Errors
    /// The ledger or the index cannot be read.
    pub fn frozen(&self, ledger: &mut Ledger) -> Result<Vec<Freeze>, Failure> {
        let marks = ledger.marks()?;
        self.freezes(marks, None)
    }

    /// Lets calls go on.
    ///
    /// # Errors
    /// 74 where it cannot be recorded.
    pub fn thaw(&self, ledger: &mut Ledger, approver: &Approver, reason: &str) -> Result<(), Failure> {
        let _held = Held::take(self.home)?;
        let marks = ledger.marks()?;
        let what = json!({"freeze": marks.freeze, "reason": reason, "at": moment::now()});
        self.state_signed(ledger, approver, Kind::Thaw, THAW, what)
    }

    /// Records a new approver key, or that the key has a new passphrase. `by` signs: the key before it, or the first
    /// key for itself.
    ///
    /// # Errors
    /// 74 where it cannot be recorded.
    pub fn set_approver(
        &self,
        ledger: &mut Ledger,
        by: &Approver,
        key: &PublicKey,
        action: &str,
    ) -> Result<(), Failure> {
        let _held = Held::take(self.home)?;
        let what = json!({"public_key": key.text(), "action": action, "at": moment::now()});
        self.state_signed(ledger, by, Kind::Admin, APPROVER, what)
    }

    fn state_signed(
        &self,
        ledger: &mut Ledger,
        approver: &Approver,
        kind: Kind,
        statement: &str,
        what: Json,
    ) -> Result<(), Failure> {
        let mut data = Map::new();
        approver
            .sign(Statement::new(statement, members(what)))?
            .into_entry(&mut data);
        ledger.append(&[Draft { kind, data }], Durability::Strict)?;
        let mut table = catch_up(self.home, self.shown, ledger.marks()?)?;
        table.header.seen = table.header.seen.noted();
        table.store()
    }
}
