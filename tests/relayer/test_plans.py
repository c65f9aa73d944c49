"""What a step of the relayer costs the database: as much as is under way, whatever was before."""

from __future__ import annotations

from sqlalchemy import event

_QUICK = ("(request_id=?", "sender=? AND nonce>?)", "(tx_hash=?")


def test_step__reads__by_an_index_of_what_is_not_settled(
    ground, database, sender, admission, poster
):
    """API-4: a million requests that are long done are not read again each time."""
    admission.submit(ground.request(poster))
    asked = []

    @event.listens_for(database, "before_cursor_execute")
    def note(_connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    sender.step()
    sender.step()
    event.remove(database, "before_cursor_execute", note)

    plans = {}
    with database.connect() as connection:
        for statement, parameters in asked:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans[statement] = [row.detail for row in rows]
    assert len(plans) > 5
    for statement, plan in plans.items():
        read = [each for each in plan if "relay" in each]
        quick = (*_QUICK, "(settled=?") if "relays.settled = 0" in statement else _QUICK
        assert all(any(each in step for each in quick) for step in read), (statement, plan)
