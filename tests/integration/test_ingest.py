"""What becomes of a body: receipts, corrections, repetitions."""

from __future__ import annotations

import json

import pytest

from tests.testkit.service import JIA, Running, counts, encoded, reading

DEMOLISHED = "illegal_construction_demolished"


def stored(service: Running, day: str, indicator: str = "residential_parking_added") -> list[float | None]:
    """Values of 甲街道's indicator on a day: the one that counts first, then what it replaced, newest first."""
    found = service.get("/v1/readings", first=day, last=day, indicator=indicator, region=JIA)["items"]
    with service.service.pool.connection() as conn:
        replaced = conn.execute(
            "SELECT value FROM biaochi.reading_revision WHERE series_id = ("
            " SELECT series_id FROM biaochi.series JOIN biaochi.node USING (node_id)"
            " JOIN biaochi.indicator i USING (indicator_id) JOIN biaochi.region r USING (region_id)"
            " WHERE i.code = %s AND r.code = %s) AND day = %s ORDER BY revision DESC",
            (indicator, JIA, day),
        ).fetchall()
    return [row["value"] for row in found] + [value for (value,) in replaced]


def test_new_readings_are_accepted(shared: Running, own_day: str) -> None:
    receipt = shared.post(reading(own_day, 5), reading(own_day, 120, DEMOLISHED))
    assert counts(receipt) == (2, 0, 0, 0)
    assert (receipt["state"], receipt["feed"], receipt["replayed"]) == ("accepted", "jia", False)
    assert stored(shared, own_day) == [5]


def test_a_stored_body_is_answered_201_with_the_place_of_its_submission(
    shared: Running, own_day: str
) -> None:
    answer = shared.send(encoded(reading(own_day, 5)))
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/submissions/{answer.json()['submission']}"
    found = shared.get(answer.headers["location"], holder="jia")
    assert {key: found[key] for key in answer.json()} == answer.json()


def test_one_reading_and_a_bare_list_are_bodies_too(shared: Running, own_day: str) -> None:
    one = shared.send(json.dumps(reading(own_day, 5)).encode())
    two = shared.send(json.dumps([reading(own_day, 6), reading(own_day, 7, DEMOLISHED)]).encode())
    assert (one.json()["accepted"], two.json()["revised"], two.json()["accepted"]) == (1, 1, 1)


def test_the_same_value_in_another_body_is_unchanged(shared: Running, own_day: str) -> None:
    shared.post(reading(own_day, 5))
    receipt = shared.post(reading(own_day, 5), note="again")
    assert counts(receipt) == (0, 1, 0, 0)
    assert receipt["replayed"] is False
    assert stored(shared, own_day) == [5]


def test_another_value_is_a_revision_and_both_are_kept(shared: Running, own_day: str) -> None:
    shared.post(reading(own_day, 5))
    assert counts(shared.post(reading(own_day, 7))) == (0, 0, 1, 0)
    assert stored(shared, own_day) == [7, 5]


def test_a_mixed_body_counts_each_row_once(shared: Running, own_day: str) -> None:
    shared.post(reading(own_day, 5), reading(own_day, 1, DEMOLISHED))
    again = reading(own_day, 5)
    receipt = shared.post(
        again, again, reading(own_day, 2, DEMOLISHED), reading(own_day, 0, "parks_built_renovated")
    )
    assert counts(receipt) == (1, 2, 1, 0)


def test_null_takes_a_reading_back_and_history_keeps_it(shared: Running, own_day: str) -> None:
    shared.post(reading(own_day, 5))
    assert counts(shared.post(reading(own_day, None))) == (0, 0, 1, 0)
    assert stored(shared, own_day) == [None, 5]
    assert counts(shared.post(reading(own_day, 6))) == (0, 0, 1, 0)
    assert stored(shared, own_day) == [6, None, 5]


def test_zero_is_a_figure_and_not_silence(shared: Running, own_day: str) -> None:
    assert counts(shared.post(reading(own_day, 0))) == (1, 0, 0, 0)
    assert counts(shared.post(reading(own_day, None))) == (0, 0, 1, 0)
    assert stored(shared, own_day) == [None, 0]


def test_a_unit_is_converted_and_the_figure_kept_as_reported(shared: Running, own_day: str) -> None:
    shared.post(reading(own_day, 0.57, DEMOLISHED, unit="万平方米"))
    (row,) = shared.get("/v1/readings", first=own_day, last=own_day, indicator=DEMOLISHED)["items"]
    assert (row["value"], row["figure"], row["unit"]) == (5700.0, "0.57", "万平方米")


def test_the_indicators_own_unit_is_no_conversion(shared: Running, own_day: str) -> None:
    shared.post(reading(own_day, 570, DEMOLISHED, unit="平方米"))
    (row,) = shared.get("/v1/readings", first=own_day, last=own_day, indicator=DEMOLISHED)["items"]
    assert (row["value"], row["figure"], row["unit"]) == (570.0, None, None)


# ---- the same thing twice


def test_the_same_body_again_changes_nothing_and_says_so(shared: Running, own_day: str) -> None:
    body = encoded(reading(own_day, 5))
    first, again = shared.send(body), shared.send(body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["replayed"] is True
    assert again.json()["submission"] == first.json()["submission"]
    assert counts(again.json()) == counts(first.json())
    assert first.json()["submission"] in again.json()["message"]


def test_other_spacing_and_key_order_are_the_same_body(shared: Running, own_day: str) -> None:
    rows = [reading(own_day, 5), reading(own_day, 6, DEMOLISHED)]
    shared.send(json.dumps({"readings": rows}).encode())
    turned = [dict(reversed(row.items())) | {"value": float(row["value"])} for row in rows]
    again = shared.send(json.dumps({"note": "", "readings": turned}, indent=2).encode("utf-8-sig"))
    assert again.json()["replayed"] is True


def test_what_a_row_says_of_its_reporting_is_held_against_the_catalogue(
    shared: Running, own_day: str
) -> None:
    shared.post(reading(own_day, 5))
    answer = shared.send(encoded({**reading(own_day, 5), "reporting": "cumulative"}))
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["code"], fault["where"]) == (
        422,
        "wrong_reporting",
        "readings[0].reporting",
    )
    agreed = shared.post({**reading(own_day, 5), "reporting": "daily"})
    assert (counts(agreed), agreed["replayed"]) == ((0, 1, 0, 0), False)


def test_another_token_of_the_feed_replays_too(shared: Running, own_day: str) -> None:
    body = encoded(reading(own_day, 5))
    shared.send(body)
    other = {"authorization": f"Bearer {shared.new_token('jia')}"}
    assert shared.send(body, **other).json()["replayed"] is True


def test_another_feed_with_the_same_body_is_not_a_replay(shared: Running, own_day: str) -> None:
    body = encoded(reading(own_day, 5))
    shared.send(body)
    answer = shared.send(body, feed="yi")
    assert (answer.status_code, answer.json()["receipt"]["replayed"]) == (422, False)


def test_the_same_key_and_content_is_a_replay(shared: Running, own_day: str) -> None:
    first = shared.post(reading(own_day, 5), idempotency_key=own_day)
    again = shared.post(reading(own_day, 5), idempotency_key=own_day)
    assert (again["submission"], again["replayed"]) == (first["submission"], True)


def test_the_same_content_under_another_key_is_a_replay(shared: Running, own_day: str) -> None:
    shared.post(reading(own_day, 5), idempotency_key=f"a{own_day}")
    assert shared.post(reading(own_day, 5), idempotency_key=f"b{own_day}")["replayed"] is True


def test_a_key_with_other_content_is_refused(shared: Running, own_day: str) -> None:
    shared.post(reading(own_day, 5), idempotency_key=own_day)
    answer = shared.send(encoded(reading(own_day, 6)), idempotency_key=own_day)
    assert (answer.status_code, answer.json()["code"]) == (409, "key_reused")
    assert stored(shared, own_day) == [5]


def test_a_key_belongs_to_its_feed(shared: Running, own_day: str) -> None:
    shared.post(reading(own_day, 5), idempotency_key=own_day)
    yi = reading(own_day, 6) | {"region": "110105999"}
    assert shared.post(yi, feed="yi", idempotency_key=own_day)["replayed"] is False


def test_a_refused_body_leaves_its_key_free(shared: Running, own_day: str) -> None:
    assert shared.send(encoded(reading(own_day, -1)), idempotency_key=own_day).status_code == 422
    assert counts(shared.post(reading(own_day, 1), idempotency_key=own_day)) == (1, 0, 0, 0)


def test_an_empty_key_is_no_key(shared: Running, own_day: str) -> None:
    shared.post(reading(own_day, 5), idempotency_key="")
    assert counts(shared.post(reading(own_day, 6), idempotency_key="")) == (0, 0, 1, 0)


def test_a_blind_late_retry_undoes_no_correction(shared: Running, own_day: str) -> None:
    shared.post(reading(own_day, 5))
    shared.post(reading(own_day, 7))
    late = shared.post(reading(own_day, 5))
    assert late["replayed"] is True
    assert stored(shared, own_day) == [7, 5]


def test_an_earlier_value_comes_back_with_another_note(shared: Running, own_day: str) -> None:
    shared.post(reading(own_day, 5))
    shared.post(reading(own_day, 7))
    assert counts(shared.post(reading(own_day, 5), note="the first figure was right")) == (0, 0, 1, 0)
    assert stored(shared, own_day) == [5, 7, 5]


def test_a_body_that_was_refused_is_judged_again(shared: Running, own_day: str) -> None:
    body = encoded(reading(own_day, 5), reading(own_day, -1, DEMOLISHED))
    first, again = shared.send(body).json()["receipt"], shared.send(body).json()["receipt"]
    assert first["submission"] != again["submission"]
    assert counts(again) == (0, 0, 0, 2)


# ---- all or nothing


def test_one_bad_row_stores_nothing_and_is_recorded(shared: Running, own_day: str) -> None:
    answer = shared.send(
        encoded(reading(own_day, 5), reading(own_day, "many"), reading(own_day, 7, DEMOLISHED))
    )
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "rejected")
    assert counts(problem["receipt"]) == (0, 0, 0, 3)
    assert stored(shared, own_day) == []
    recorded = shared.get(f"/v1/submissions/{problem['receipt']['submission']}", holder="jia")
    assert (recorded["state"], recorded["rows"], recorded["rejected"]) == ("rejected", 3, 3)
    assert recorded["errors"] == problem["errors"]


def test_the_faultless_rows_of_a_refused_body_are_told_as_not_stored(shared: Running, own_day: str) -> None:
    answer = shared.send(encoded(reading(own_day, 5), reading(own_day, -1, DEMOLISHED)))
    told = {error["where"]: error["code"] for error in answer.json()["errors"]}
    assert told == {"readings[0]": "not_stored", "readings[1].value": "out_of_bounds"}
    assert answer.json()["errors_total"] == 2


def test_every_fault_of_a_body_is_told_at_once(shared: Running, own_day: str) -> None:
    rows = [
        reading(own_day, None) | {"indicator": "parking"},
        reading("2018-02-30", 1),
        reading(own_day, "12"),
        {"day": own_day},
        7,
    ]
    told = [(error["where"], error["code"]) for error in shared.send(encoded(*rows)).json()["errors"]]
    assert told == [
        ("readings[1].day", "bad_day"),
        ("readings[2].value", "not_a_number"),
        ("readings[3]", "missing_field"),
        ("readings[3]", "missing_field"),
        ("readings[3]", "missing_field"),
        ("readings[4]", "wrong_row"),
        ("readings[0].indicator", "unknown_indicator"),
    ]


def test_a_thousand_faults_are_listed_and_all_are_counted(shared: Running, own_day: str) -> None:
    rows = [{"day": own_day, "indicator": "x", "region": "1", "value": None}] * 700  # two faults each
    problem = shared.send(json.dumps(rows).encode()).json()
    assert (len(problem["errors"]), problem["errors_total"]) == (1000, 1400)
    assert counts(problem["receipt"]) == (0, 0, 0, 700)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"readings": []}', b"{", b"null"])
def test_a_body_without_rows_is_recorded_with_none(shared: Running, body: bytes) -> None:
    receipt = shared.send(body).json()["receipt"]
    assert (receipt["rows"], receipt["state"], counts(receipt)) == (0, "rejected", (0, 0, 0, 0))


def test_receipts_and_metrics_count_the_same_rows(running: Running) -> None:
    def counted() -> dict[str, float]:
        results = ("accepted", "unchanged", "revised", "rejected")
        name = "biaochi_ingest_readings_total"
        return {r: running.metric(name, source="reported", result=r) or 0 for r in results}

    running.post(reading("2018-06-27", 5), reading("2018-06-27", 9, DEMOLISHED))
    running.post(reading("2018-06-27", 5), reading("2018-06-27", 9, DEMOLISHED))  # a replay: unchanged
    running.post(reading("2018-06-27", 5), reading("2018-06-27", 8, DEMOLISHED))
    running.send(encoded(reading("2018-06-27", 5), reading("2018-06-27", -1, DEMOLISHED)))
    assert counted() == {"accepted": 2, "unchanged": 3, "revised": 1, "rejected": 2}


# ---- recorded_at


def test_recorded_at_rises_even_if_the_clock_goes_back(running: Running) -> None:
    now = running.clock.now()
    stamps = [running.post(reading("2018-06-26", 5))["recorded_at"]]
    running.clock.set(now.replace(hour=3))
    stamps.append(running.post(reading("2018-06-26", 6))["recorded_at"])
    stamps.append(running.send(encoded(reading("2018-06-26", -1))).json()["receipt"]["recorded_at"])
    stamps.append(running.post(reading("2018-06-26", 7))["recorded_at"])
    assert stamps == sorted(set(stamps))


# ---- pages


def test_readings_are_paged_without_gap_or_repetition(shared: Running, own_day: str) -> None:
    names = ("residential_parking_added", DEMOLISHED, "parks_built_renovated", "school_places_added")
    shared.post(*(reading(own_day, 1, name) for name in names))
    found, cursor, pages = [], "", 0
    while pages == 0 or cursor:
        page = shared.get(
            "/v1/readings", first=own_day, last=own_day, limit=3, **({"cursor": cursor} if cursor else {})
        )
        found += [row["indicator"] for row in page["items"]]
        cursor, pages = page["cursor"], pages + 1
    assert sorted(found) == sorted(names)
    assert pages == 2


def test_submissions_are_paged_newest_first(running: Running) -> None:
    posted = [running.post(reading("2018-06-26", value))["submission"] for value in range(5)]
    first = running.get("/v1/submissions", holder="jia", limit=3)
    rest = running.get("/v1/submissions", holder="jia", limit=3, cursor=first["cursor"])
    assert [s["submission"] for s in first["items"] + rest["items"]] == posted[::-1]
    assert rest["cursor"] is None
