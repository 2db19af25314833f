/** The settings of metrics and traces. */
import { z } from 'zod';
import { baseUrl, headerList, MIN_TOKEN_LENGTH, onOrOff, words } from './setting-schemas.ts';

export const TELEMETRY_VARIABLES = {
  METRICS_TOKEN: {
    schema: z
      .string()
      .min(MIN_TOKEN_LENGTH)
      .meta({ expected: `at least ${MIN_TOKEN_LENGTH} characters` }),
    unset: null,
    purpose:
      'The bearer token for /metrics and for the dashboard feed. Both are off when it is not set.',
  },
  SELF_PROBE: {
    schema: onOrOff(),
    unset: 'on',
    purpose: 'The server sends itself a message every second and measures the delay.',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    schema: baseUrl({ path: 'any' }).meta({ expected: 'an address such as http://localhost:4318' }),
    unset: null,
    purpose: 'The OpenTelemetry collector. Traces are recorded only when it is set.',
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    schema: headerList().meta({
      expected: 'names and values such as api-key=secret, with commas between them',
    }),
    unset: '',
    purpose: 'Headers for the collector, such as its API key.',
  },
  OTEL_SERVICE_NAME: {
    schema: words.meta({ expected: 'a name' }),
    unset: 'tandem',
    purpose: 'The name of this server in traces.',
  },
} as const;
