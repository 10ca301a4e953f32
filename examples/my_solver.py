from solvernet import Batch, Bid, Solver


class MySolver(Solver):
    def solve(self, batch: Batch) -> list[Bid | None]:
        bids = []
        for intent in batch.intents:
            greedy, path = batch.route(intent, engine="greedy"), batch.route(intent, engine="path")
            best = greedy if greedy.surplus >= path.surplus else path
            bids.append(best.to_bid(markup_bps=5))
        return bids
