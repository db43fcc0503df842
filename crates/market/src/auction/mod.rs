//! Selling capacity by auction: what is said, how a supplier keeps its book, how a buyer bids.
//!
//! A supplier says by [`Capacity`] how much of something scarce it will sell; an offer names it with a [`Draw`], the
//! capacity one unit of goods takes. What a unit costs is the offer's price plus load times λ, the price of
//! capacity, which only rises, by whole steps. A buyer's [`Bid`] is a conditional commitment: the supplier's
//! [`Award`] makes it binding at a price within its limit, a [`BidStanding`] that says *out* frees the buyer, and the
//! clock ends it otherwise. [`Book`] is the supplier's side, [`best_bid`] the buyer's: together they are Bertsekas'
//! auction algorithm, in which nobody needs to see more than the prices of the suppliers it would buy from.
//!
//! D. P. Bertsekas, *Auction Algorithms for Network Flow Problems: A Tutorial Introduction*, Computational
//! Optimization and Applications 1 (1992), and Bertsekas and Castañon, *The Auction Algorithm for the
//! Transportation Problem*, Annals of Operations Research 20 (1989), for objects of which there are many alike. Not
//! known here: records, deals, who is who.

mod asks;
mod bidding;
mod book;
mod price;
mod words;

pub use asks::Asks;
pub use bidding::{Choice, best_bid};
pub use book::{Book, Taken};
pub use words::{AWARD_S, Award, Bid, BidStanding, Capacity, Draw};
