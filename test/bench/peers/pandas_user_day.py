"""Builds the user-day panel of KuaiRec's big_matrix as pandas users do it, and prints the seconds of each part and what
came out as JSON: read the CSV from the nested zip, clean times and sort, aggregate, spread out over the calendar, shift."""
import json
import sys
import time
from io import BytesIO
from zipfile import ZipFile

import numpy as np
import pandas as pd

archive = sys.argv[1]
clock = [time.perf_counter()]


def lap():
    clock.append(time.perf_counter())
    return clock[-1] - clock[-2]


with ZipFile(archive) as outer:
    inner = BytesIO(outer.read("KuaiRec.zip"))
with ZipFile(inner) as zf, zf.open("KuaiRec 2.0/data/big_matrix.csv") as file:
    watches = pd.read_csv(file)
read = lap()

day = pd.to_numeric(watches["date"], errors="coerce").round().astype("Int64")
watches["event_date"] = pd.to_datetime(day.astype("string"), format="%Y%m%d", errors="coerce")
watches["event_timestamp"] = pd.to_datetime(watches["timestamp"], unit="s", errors="coerce")
watches["event_time"] = pd.to_datetime(watches["time"], errors="coerce").fillna(watches["event_timestamp"])
watches = watches.sort_values(["user_id", "event_time", "video_id"]).reset_index(drop=True)
watches["high_watch"] = (watches["watch_ratio"] >= 0.8).astype(int)
watches["complete_or_rewatch"] = (watches["watch_ratio"] >= 1.0).astype(int)
clean = lap()

days = (
    watches.groupby(["user_id", "event_date"])
    .agg(
        interactions=("video_id", "size"),
        unique_videos=("video_id", "nunique"),
        total_play_duration_ms=("play_duration", "sum"),
        avg_play_duration_ms=("play_duration", "mean"),
        avg_video_duration_ms=("video_duration", "mean"),
        avg_watch_ratio=("watch_ratio", "mean"),
        high_watch_count=("high_watch", "sum"),
        complete_or_rewatch_count=("complete_or_rewatch", "sum"),
    )
    .reset_index()
)
days["total_play_duration_sec"] = days["total_play_duration_ms"] / 1000
days["high_watch_share"] = days["high_watch_count"] / days["interactions"]
calendar = pd.date_range(days["event_date"].min(), days["event_date"].max(), freq="D")
grid = pd.MultiIndex.from_product([np.sort(days["user_id"].unique()), calendar], names=["user_id", "event_date"])
panel = days.set_index(["user_id", "event_date"]).reindex(grid).fillna(0).reset_index()
panel["active_day"] = (panel["interactions"] > 0).astype(int)

state = ["active_day", "interactions", "total_play_duration_sec", "avg_watch_ratio", "high_watch_share"]
for column in state:
    by_user = panel.groupby("user_id")[column]
    panel[f"lag_1_{column}"] = by_user.shift(1)
    panel[f"prior_3day_{column}"] = by_user.transform(lambda x: x.shift(1).rolling(window=3, min_periods=1).sum())
history = [column for column in panel if column.startswith(("lag_1_", "prior_3day_"))]
panel[history] = panel[history].fillna(0)
for column in state[:3]:
    for ahead in range(1, 8):
        panel[f"lead_{ahead}_{column}"] = panel.groupby("user_id")[column].shift(-ahead)
    for horizon in (1, 3, 7):
        leads = [f"lead_{ahead}_{column}" for ahead in range(1, horizon + 1)]
        panel[f"future_{horizon}day_{column}"] = panel[leads].sum(axis=1, min_count=horizon)
active = panel["active_day"] == 1
panel["treated"] = active & (panel["interactions"] >= panel.loc[active, "interactions"].quantile(0.75))
built = lap()

print(
    json.dumps(
        {
            "rows": len(watches),
            "userDays": len(panel),
            "treated": int(panel["treated"].sum()),
            "readSeconds": read,
            "watchSeconds": clean,
            "panelSeconds": built,
        }
    )
)
