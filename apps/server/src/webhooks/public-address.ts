/** Which addresses of the internet a webhook may reach: WH9 in `README.md`. */
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';

/** Refused although they look public: they lead into networks, or to the machine that runs this one. */
const REFUSED = [
  // A cloud's own services answer here, on every machine in it.
  '168.63.129.16/32',
  // Where an IPv4 address is written at the end.
  '::/96',
  '64:ff9b::/32',
  '2001::/23',
  '2002::/16',
  '3fff::/20',
].map((range) => ipaddr.parseCIDR(range));

const GLOBAL = ipaddr.parseCIDR('2000::/3');

export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  if (address.kind() === 'ipv6' && !address.match(GLOBAL)) return false;
  return !REFUSED.some(([range, bits]) => {
    return range.kind() === address.kind() && address.match([range, bits]);
  });
}

/** Networks of this machine may have public addresses, behind which its own services answer. */
export function isOfOwnNetwork(text: string, interfaces = networkInterfaces()): boolean {
  const address = ipaddr.process(text);
  return Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .some(({ cidr }) => {
      if (cidr === null) return false;
      const [range, bits] = ipaddr.parseCIDR(cidr);
      return range.kind() === address.kind() && address.match([range, bits]);
    });
}
