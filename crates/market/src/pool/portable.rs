//! A member's proof as one piece of JSON: what it holds against the one who closed, for anyone to check without a
//! network and without trusting whoever shows it.

use super::close::{Closed, Pledged};
use super::share::{ProvenShare, ShareProof, verify_share};
use crate::error::shown;
use crate::statement::{CloseConsent, EvidenceText, PledgeReceipt, PoolTerms};
use crate::{Error, Result};
use ledger::Record;
use serde::{Deserialize, Serialize};
use vocab::phrase;

/// The signed records of a member's part of a pool, and the paths that join them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolProof {
    /// the pool's terms, signed by the offerer
    pub terms: EvidenceText,
    /// the member's pledge
    pub pledge: EvidenceText,
    /// the keeper's receipt for it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<EvidenceText>,
    /// the close
    pub close: EvidenceText,
    /// the offerer's consent, where somebody else than the keeper closed
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<EvidenceText>,
    /// from the pledge to the close's roots
    pub proof: ShareProof,
}

impl PoolProof {
    /// Checks every signature and both paths; says what is proved. `speaks` as for [`Fraud::verify`](crate::Fraud::verify).
    pub fn verify(&self, speaks: impl Fn(&Record) -> bool) -> Result<ProvenShare> {
        let read = |text: &EvidenceText| {
            let record = text.signed()?.verify()?;
            match speaks(&record) {
                true => Ok(record),
                false => Err(Error::field(
                    "key",
                    shown(record.key),
                    phrase(
                        format!("show that it speaks for {}", record.author),
                        format!("请证明它可以代表 {}", record.author),
                    ),
                )),
            }
        };
        let (terms, pledge, close) = (read(&self.terms)?, read(&self.pledge)?, read(&self.close)?);
        let pool = terms.id;
        let body: PoolTerms = terms.read()?;
        let closed = Closed::read(&close, |_| None)?;
        let shown_pledge = Pledged::read(&pledge)?;
        if let Some(receipt) = &self.receipt {
            let record = read(receipt)?;
            let receipt: PledgeReceipt = record.read()?;
            if receipt != (PledgeReceipt { pool, pledge: pledge.id }) || record.author != body.keeper {
                return Err(Error::field(
                    "receipt",
                    shown(record.id),
                    phrase("give the keeper's receipt for this pledge", "请给出保管人对该认购的回执"),
                ));
            }
        }
        if closed.by != body.keeper {
            let consent = self.consent.as_ref().map(read).transpose()?;
            let given = consent.as_ref().filter(|record| record.author == terms.author);
            let given = given.and_then(|record| record.read::<CloseConsent>().ok());
            if given != Some(CloseConsent { pool, close: close.id }) {
                return Err(Error::field(
                    "consent",
                    shown(close.id),
                    phrase(
                        "give the offerer's consent: the keeper did not close",
                        "请给出报价方的同意：结算者不是保管人",
                    ),
                ));
            }
        }
        Ok(verify_share(&pool, &body, &closed, &shown_pledge, &self.proof)?)
    }
}
