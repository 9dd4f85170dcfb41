/**
 * The Grafana dashboard, printed by `npm run docs` to examples/grafana-dashboard.json: each group a row, each panel a title,
 * a unit, what it means, and its queries with their legends. A test holds the two equal, and each metric to one that a
 * server really has.
 */

type Panel = {
  title: string;
  unit: string;
  about: string;
  /** PromQL by legend. `$i` stands for the choice of instances. */
  queries: Record<string, string>;
};

const $i = 'instance=~"$instance"';
const rate = (metric: string, labels = "", by = "") =>
  `sum by (${by}) (rate(hereabouts_${metric}{${labels ? `${labels},` : ""}${$i}}[$__rate_interval]))`;
const quantile = (share: number, metric: string, labels = "") =>
  `histogram_quantile(${share}, ${rate(`${metric}_bucket`, labels, "le")})`;
const quantiles = (metric: string, labels = "") => ({
  median: quantile(0.5, metric, labels),
  "95 %": quantile(0.95, metric, labels),
  "99 %": quantile(0.99, metric, labels),
});
/** Presence is the same on all processes: the most of them is all there are. */
const everywhere = (metric: string, by: string) => `max by (${by}) (hereabouts_${metric}{${$i}})`;
const here = (metric: string, by: string) => `sum by (${by}) (hereabouts_${metric}{${$i}})`;
const channels = (metric: string) => `max by (quantile) (hereabouts_channel_${metric}{${$i}})`;

const groups: Record<string, Panel[]> = {
  People: [
    {
      title: "Everyone",
      unit: "none",
      about: "Everyone with a seat in any room, each once.",
      queries: { people: `max(hereabouts_people_distinct{${$i}})` },
    },
    {
      title: "People and guests by kind of room",
      unit: "none",
      about: "Someone in a world and in a chat counts in both.",
      queries: { "{{kind}}": everywhere("people", "kind"), "{{kind}}, guests": everywhere("guests", "kind") },
    },
    {
      title: "Seats by carrier",
      unit: "none",
      about: "Tabs and devices, and what carries their frames.",
      queries: { "{{kind}} {{carrier}}": here("seats", "kind, carrier") },
    },
    { title: "Rooms", unit: "none", about: "Rooms that are open.", queries: { "{{kind}}": here("rooms", "kind") } },
    {
      title: "Joins by outcome",
      unit: "ops",
      about: "`seat`: let in. Else the code of docs/ERRORS.md that they were told; `BUSY` comes again by itself.",
      queries: { "{{outcome}}": rate("joins_total", "", "outcome") },
    },
    {
      title: "Joins under way",
      unit: "none",
      about: "Begun, and waiting in line: SV6 of docs/SPEC.md. Empty but in a rush.",
      queries: { "{{state}}": here("joins_pending", "state") },
    },
    {
      title: "Time to a seat",
      unit: "s",
      about: "From one's turn to having it, without the WebSocket that follows.",
      queries: quantiles("join_seconds"),
    },
    {
      title: "Sessions made, ended, forked, moved",
      unit: "ops",
      about: "Rooms and audio sessions.",
      queries: {
        "{{kind}} made": rate("sessions_created_total", "", "kind"),
        "{{kind}} ended": rate("sessions_removed_total", "", "kind"),
        "{{kind}} forked": rate("sessions_forked_total", "", "kind"),
        "{{kind}} moved": rate("sessions_moved_total", "", "kind"),
      },
    },
    {
      title: "Coming and going",
      unit: "ops",
      about: "By what they are in: a room, a stream, its events.",
      queries: {
        "{{kind}} {{as}} came": rate("sessions_joined_total", "", "kind, as"),
        "{{kind}} {{as}} left": rate("sessions_left_total", "", "kind, as"),
      },
    },
  ],
  Movement: [
    {
      title: "Frames",
      unit: "pps",
      about: "One for each client and tick in which something moved near it.",
      queries: { "{{carrier}}": rate("frames_total", "", "carrier") },
    },
    {
      title: "Bytes of frames",
      unit: "Bps",
      about: "Without what the transport adds: about 90 bytes a datagram, 40 by WebSocket.",
      queries: { "{{carrier}}": rate("frame_bytes_total", "", "carrier") },
    },
    {
      title: "Round trip and jitter of datagrams",
      unit: "s",
      about: "Median and 95 % of the channels in use, of the worst process.",
      queries: {
        "round trip, {{quantile}}": channels("round_trip_seconds"),
        "jitter, {{quantile}}": channels("jitter_seconds"),
      },
    },
    {
      title: "Loss of datagrams",
      unit: "percentunit",
      about: "On the way to clients, and from them.",
      queries: {
        "sent, {{quantile}}": channels("loss_ratio"),
        "received, {{quantile}}": channels("loss_receiving_ratio"),
      },
    },
    {
      title: "Channels",
      unit: "none",
      about: "By state and why. Many `unproven`: the UDP port is not open.",
      queries: { "{{state}} {{reason}}": here("channels", "state, reason") },
    },
    {
      title: "Left out",
      unit: "ops",
      about: "Frames for sockets that were behind, datagrams by reason, poses that broke a rule.",
      queries: {
        "frames, socket behind": rate("frames_dropped_total"),
        "datagrams, {{reason}}": rate("datagrams_dropped_total", "", "reason"),
        "corrected, {{reason}}": rate("corrections_total", "", "reason"),
      },
    },
    {
      title: "Moves and datagrams taken",
      unit: "pps",
      about: "A move is one message of a client, of up to three poses.",
      queries: { moves: rate("moves_total"), "datagrams {{direction}}": rate("datagrams_total", "", "direction") },
    },
  ],
  Chat: [
    {
      title: "Lines by outcome",
      unit: "ops",
      about: "`counted`: the same again, which makes a line count one more. `failed`: the store did not answer.",
      queries: { "{{outcome}}": rate("chat_say_seconds_count", "", "outcome") },
    },
    {
      title: "From saying to the answer",
      unit: "s",
      about: "An answer means that it is stored.",
      queries: quantiles("chat_say_seconds", 'outcome!="refused"'),
    },
    {
      title: "The store's part of it",
      unit: "s",
      about: "SQLite or Redis. Many lines share one sync to the disk.",
      queries: quantiles("chat_store_seconds", 'outcome!="refused"'),
    },
  ],
  Audio: [
    {
      title: "Sessions by type",
      unit: "none",
      about: "The master, named ones, followers.",
      queries: { "{{type}}": here("audio_sessions", "type"), rendering: here("audio_rendering", "") },
    },
    {
      title: "Listeners",
      unit: "none",
      about: "Connections that hear, and those that hear or watch.",
      queries: { hear: here("audio_listeners", ""), "hear or watch": here("audio_attached", "") },
    },
    {
      title: "Not ready in time",
      unit: "ops",
      about: "Frames and fades. Above 0 for minutes: too little CPU.",
      queries: { late: rate("audio_late_total") },
    },
    {
      title: "Listeners behind",
      unit: "ops",
      about: "Seconds left out for those who do not read, and those who were sent away.",
      queries: { "{{outcome}}": rate("audio_behind_total", "", "outcome") },
    },
    {
      title: "Music",
      unit: "none",
      about: "Tracks that can be played, and files that cannot.",
      queries: { tracks: everywhere("audio_tracks", ""), skipped: everywhere("audio_skipped", "") },
    },
  ],
  Health: [
    {
      title: "Refused messages",
      unit: "ops",
      about: "By code of docs/ERRORS.md. `TOO_FAST` is a client, `INTERNAL` is the server.",
      queries: { "{{code}}": rate("refused_total", "", "code") },
    },
    {
      title: "Connections ended by the server",
      unit: "ops",
      about: "By code. `REPLACED` is a reload, `TOO_SLOW` a network, `ABUSE` somebody.",
      queries: { "{{code}}": rate("closed_total", "", "code") },
    },
    {
      title: "Errors",
      unit: "ops",
      about: "Where none should be: each is in the log.",
      queries: { "{{where}}": rate("errors_total", "", "where") },
    },
    {
      title: "Answers by HTTP",
      unit: "reqps",
      about: "By status.",
      queries: { "{{status}}": rate("http_responses_total", "", "status") },
    },
    {
      title: "Event loop, 99 %",
      unit: "s",
      about: "How late timers run; 0.05 is what is measured where nothing is late.",
      queries: { "{{instance}}": `nodejs_eventloop_lag_p99_seconds{${$i}}` },
    },
    {
      title: "Up",
      unit: "none",
      about: "1: storage takes a write, Redis answers, datagrams are carried, this process knows what it has.",
      queries: {
        "storage {{instance}}": `hereabouts_storage_up{${$i}}`,
        "Redis {{instance}}": `hereabouts_redis_up{${$i}}`,
        "datagrams {{instance}}": `hereabouts_carrier_up{${$i}}`,
        "current {{instance}}": `hereabouts_cluster_current{${$i}}`,
        "draining {{instance}}": `hereabouts_draining{${$i}}`,
      },
    },
    {
      title: "Processes",
      unit: "none",
      about: "As they see each other.",
      queries: { "{{state}}": everywhere("cluster_members", "state") },
    },
    {
      title: "Round trip to Redis",
      unit: "s",
      about: "Of a ping a second.",
      queries: { "{{instance}}": `hereabouts_redis_round_trip_seconds{${$i}}` },
    },
    {
      title: "Kept of sessions",
      unit: "Bps",
      about: "Bytes written, and what was dropped.",
      queries: {
        "{{what}}": rate("artifact_bytes_total", "", "what"),
        "dropped {{what}}": rate("artifact_dropped_total", "", "what"),
      },
    },
  ],
  Process: [
    {
      title: "CPU",
      unit: "percentunit",
      about: "Of one core: rooms in one process, datagrams in another.",
      queries: {
        "{{instance}}": `rate(process_cpu_seconds_total{${$i}}[$__rate_interval])`,
        "datagrams {{instance}}": `rate(hereabouts_carrier_cpu_seconds_total{${$i}}[$__rate_interval])`,
      },
    },
    {
      title: "Memory",
      unit: "bytes",
      about: "Resident, and what of it JavaScript's heap uses.",
      queries: {
        "{{instance}}": `process_resident_memory_bytes{${$i}}`,
        "heap {{instance}}": `nodejs_heap_size_used_bytes{${$i}}`,
        "datagrams {{instance}}": `hereabouts_carrier_resident_memory_bytes{${$i}}`,
      },
    },
    {
      title: "Garbage collection",
      unit: "percentunit",
      about: "Share of the time.",
      queries: { "{{kind}}": `sum by (kind) (rate(nodejs_gc_duration_seconds_sum{${$i}}[$__rate_interval]))` },
    },
    {
      title: "Open files and sockets",
      unit: "none",
      about: "The limit is `LimitNOFILE` of the service.",
      queries: { "{{instance}}": `process_open_fds{${$i}}` },
    },
    {
      title: "Disk",
      unit: "percentunit",
      about: "Free where DATA_DIR is.",
      queries: { "{{instance}}": `hereabouts_disk_free_bytes{${$i}} / hereabouts_disk_size_bytes{${$i}}` },
    },
    {
      title: "Carrier's restarts",
      unit: "none",
      about: "Of the process that carries datagrams; the log says why.",
      queries: { "{{instance}}": `hereabouts_carrier_restarts_total{${$i}}` },
    },
    {
      title: "Running since",
      unit: "s",
      about: "By version of hereabouts and Node.",
      queries: {
        "{{instance}} {{version}} node {{node}}": `(time() - process_start_time_seconds{${$i}}) * on (instance) group_left (version, node) hereabouts_info{${$i}}`,
      },
    },
  ],
};

const datasource = { type: "prometheus", uid: "$datasource" };
const columns = 3;
const size = { w: 24 / columns, h: 8 };

function toPanel({ title, unit, about, queries }: Panel, gridPos: object) {
  return {
    type: "timeseries",
    ...{ title, description: about, datasource, gridPos },
    fieldConfig: { defaults: { unit, min: 0, custom: { fillOpacity: 8, showPoints: "never" } }, overrides: [] },
    options: { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi", sort: "desc" } },
    targets: Object.entries(queries).map(([legendFormat, expr], i) => {
      // `sum by ()` is what a legend without labels comes to
      return { refId: String.fromCharCode(65 + i), datasource, expr: expr.replaceAll(" by ()", ""), legendFormat };
    }),
  };
}

export function dashboard(): string {
  const panels: object[] = [];
  let y = 0;
  for (const [title, group] of Object.entries(groups)) {
    panels.push({ type: "row", title, collapsed: false, gridPos: { x: 0, y: y++, w: 24, h: 1 }, panels: [] });
    for (const [i, panel] of group.entries()) {
      panels.push(toPanel(panel, { ...size, x: (i % columns) * size.w, y: y + Math.floor(i / columns) * size.h }));
    }
    y += Math.ceil(group.length / columns) * size.h;
  }
  const chosen = { includeAll: true, multi: true, current: { text: "All", value: "$__all" }, refresh: 2 };
  const query = { query: "label_values(hereabouts_info, instance)", refId: "instances" };
  const page = {
    ...{ title: "hereabouts", uid: "hereabouts", tags: ["hereabouts"], schemaVersion: 39, editable: true },
    ...{ time: { from: "now-3h", to: "now" }, refresh: "30s", graphTooltip: 1 },
    templating: {
      list: [
        { type: "datasource", name: "datasource", label: "Source", query: "prometheus" },
        { type: "query", name: "instance", label: "Processes", datasource, query, ...chosen },
      ],
    },
    panels: panels.map((panel, i) => ({ id: i + 1, ...panel })),
  };
  return `${JSON.stringify(page, null, 2)}\n`;
}
