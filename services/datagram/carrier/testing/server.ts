/** A process with a carrier that never ends by itself: prints the carrier's process id once it is up. */
import { silentLog } from "../../../ops/log.ts";
import { createCarrier } from "../carrier.ts";

const config = {
  host: "127.0.0.1",
  datagrams: true,
  datagramPeers: 500,
  udpHost: "",
  udpPort: 0,
  publicIp: "",
  publicUdpPort: 0,
};
const carrier = createCarrier({ config, httpPort: Number(process.argv[2]), log: silentLog });
const timer = setInterval(() => {
  if (carrier.state !== "up") return;
  clearInterval(timer);
  console.log(carrier.stats().pid);
}, 10);
