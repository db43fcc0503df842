//! The one table of endpoints, from which both the router and the OpenAPI document are made: a route cannot exist
//! without its description.

use crate::handlers as h;
use crate::{events, state::App};
use axum::routing::{self, MethodRouter};

/// Who may ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    /// anyone who reaches the port
    Open,
    /// whoever shows the token or a session
    Owner,
}

/// One method of one path.
pub(crate) struct Endpoint {
    pub(crate) method: &'static str,
    /// below [`BASE`](crate::server::BASE)
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    /// one of the groups in [`TAGS`]
    pub(crate) tag: &'static str,
    pub(crate) summary: &'static str,
    /// the shape of the body; of the query, after a `?`; or nothing
    pub(crate) takes: &'static str,
    /// a shape
    pub(crate) gives: &'static str,
    pub(crate) route: fn() -> MethodRouter<App>,
}

pub(crate) const TAGS: [(&str, &str); 5] = [
    ("node", "The node itself: who it is, how it does, whom it knows."),
    ("market", "Offers, needs and pools that were heard of, and deals this node is a side of."),
    ("workshop", "What this node has to do: orders, processes, and how things are made."),
    ("goods", "Lots on hand, goods changing hands, proofs and exports."),
    ("session", "How a browser is let in."),
];

macro_rules! endpoints {
    ($($method:ident $path:literal $access:ident $tag:literal $takes:literal -> $gives:literal, $summary:literal, $handler:path;)*) => {
        pub(crate) const ENDPOINTS: &[Endpoint] = &[$(Endpoint {
            method: stringify!($method),
            path: $path,
            access: Access::$access,
            tag: $tag,
            summary: $summary,
            takes: $takes,
            gives: $gives,
            route: || routing::$method($handler),
        }),*];
    };
}

endpoints! {
    get "/status" Owner "node" "" -> "Status", "The node at a glance, with what went wrong lately.", h::status;
    get "/me" Owner "node" "" -> "Me", "Who this node is, and the ticket to give to others.", h::me;
    get "/peers" Owner "node" "" -> "List<PeerView>", "Peers, connected or not.", h::peers;
    post "/peers" Owner "node" "Ticket" -> "Agent", "Makes a peer known and dials it.", h::add_peer;
    get "/network" Owner "node" "" -> "Network", "What has passed through the network since the start.", h::network;
    get "/events" Owner "node" "" -> "events", "What changes, as server-sent events named by topic (market, deals, workshop, stock, peers, feedback, problems) with data {}. `resync` means: look at everything again.", events::events;
    post "/commands" Owner "node" "Command" -> "Done", "Has something done. It is on the disk when the answer comes; after an error nothing has changed.", h::command;
    get "/offers" Owner "market" "" -> "List<OfferView>", "Offers known here.", h::offers;
    get "/needs" Owner "market" "" -> "List<NeedView>", "Needs known here, each with the offers that fit it.", h::needs;
    get "/pools" Owner "market" "" -> "List<PoolView>", "Pools known here.", h::pools;
    get "/pools/{id}/proof" Owner "market" "" -> "PoolProof", "This node's part of a pool, as signed records and paths that anyone can check.", h::pool_proof;
    get "/rounds" Owner "market" "" -> "List<RoundView>", "Buying rounds known here, each with what this node gets.", h::rounds;
    get "/drop-offs" Owner "market" "" -> "List<DropListView>", "Who fetches what at the drop-offs this node leads or supplies.", h::drop_offs;
    get "/auctions" Owner "market" "" -> "List<AuctionView>", "Auctions of capacity known here, with the bids of this node or to it.", h::auctions;
    get "/calls" Owner "market" "" -> "List<CallView>", "Calls for joint plans known here, with what this node said under them and what came of it.", h::calls;
    get "/standing-orders" Owner "market" "" -> "List<StandingOrderView>", "What this node looks for by itself, with what it proposes.", h::standing_orders;
    get "/deals" Owner "market" "" -> "List<DealView>", "Deals this node is a side of.", h::deals;
    get "/deals/{id}" Owner "market" "" -> "DealView", "One deal.", h::deal;
    get "/standing" Owner "market" "?StandingQuery" -> "List<StandingView>", "How far others are trusted, and what speaks for them: one agent, or everybody who is more than a stranger.", h::standing;
    get "/limits" Owner "node" "" -> "Limits", "How much this node keeps and answers.", h::limits;
    post "/search" Owner "market" "Search" -> "SearchView", "Asks peers what they keep of what is looked for; answers are checked and compared. Nothing that is found is kept until the owner acts on it.", h::search;
    get "/found" Owner "market" "" -> "List<FoundId>", "Listings that searches found lately and that this node does not keep: their ids may be used like those of offers and pools known here.", h::found;
    get "/interests" Owner "market" "" -> "InterestsView", "What this node hears of: categories and areas, and how much is kept of each topic.", h::interests;
    get "/specifications" Owner "market" "" -> "List<SpecView>", "Specifications known here.", h::specifications;
    get "/feedback" Owner "market" "" -> "List<FeedbackView>", "What users said of items, to this node or by it.", h::feedback;
    get "/orders" Owner "workshop" "" -> "List<OrderView>", "What this node has to make or buy to keep its promises.", h::orders;
    get "/orders/{id}/tree" Owner "workshop" "" -> "TreeNode", "What an order hangs on: from the demand through what is made for it to stock and purchases, with everybody who was asked.", h::plan::tree;
    get "/capable" Owner "workshop" "?CapableQuery" -> "CapableView", "How much of something could be had by when, from stock, capacity and usual lead times; nothing is set aside.", h::plan::capable;
    get "/plan" Owner "workshop" "?PlanRange" -> "PlanView", "What is planned on the work centres between two instants, and what is lacking for it.", h::plan::board;
    get "/orders/{id}/why" Owner "workshop" "" -> "WhyView", "Why an order is ready when it is, and what would help.", h::plan::why;
    post "/plan/what-if" Owner "workshop" "WhatIf" -> "WhatIfView", "What would be promised, and which orders would move, with more to do, more hours or less; changes nothing.", h::plan::what_if;
    post "/plan/preview" Owner "workshop" "Relocation" -> "PreviewView", "What would follow from putting a process elsewhere; changes nothing.", h::plan::preview;
    get "/floor" Owner "workshop" "?FloorQuery" -> "FloorView", "The work at one work centre, or at all, in the order in which to do it, with the lots to take; at most 1,000 entries.", h::floor::floor;
    get "/estimates" Owner "workshop" "" -> "List<EstimateView>", "What the shop floor has shown of each step of the recipes, beside what they say.", h::floor::estimates;
    get "/model" Owner "workshop" "" -> "Model", "How this node makes things: recipes and work centres.", h::model;
    get "/outages" Owner "workshop" "" -> "List<OutageView>", "Work centres that are or will be out of use.", h::outages;
    get "/stock" Owner "goods" "" -> "List<StockView>", "What is on hand, by specification and lot.", h::stock;
    get "/handovers" Owner "goods" "" -> "List<HandoverView>", "Goods changing hands with this node on one side.", h::handovers;
    get "/records/{id}" Owner "goods" "" -> "Record", "A record this node keeps: its content exactly as signed, and the signature.", h::record;
    get "/checkpoint" Owner "goods" "" -> "Note", "This node's signed statement of its log's size and Merkle root.", h::checkpoint;
    get "/epcis" Owner "goods" "" -> "object", "This node's goods events as a GS1 EPCIS 2.0 document.", h::epcis;
    post "/session" Open "session" "Code" -> "Me", "Turns the code of a one-time link into a session cookie (HttpOnly, SameSite=Strict; ends after 30 days without use).", h::open_session;
    delete "/session" Owner "session" "" -> "object", "Ends this session.", h::close_session;
    post "/link" Owner "session" "" -> "Link", "Makes a one-time link that opens the web app, good for ten minutes.", h::link;
    get "/openapi.json" Open "session" "" -> "object", "This description.", h::openapi;
}
