import { describe, expect, test } from 'vitest';
import { createOriginPolicy } from './origin-policy.ts';

const policy = createOriginPolicy({
  publicUrl: new URL('https://docs.example.org/'),
  allowedOrigins: ['https://app.example.org'],
  mode: 'production',
});
const host = 'internal:3000';

describe('origin policy', () => {
  test('allows the own host, the public address and the list', () => {
    expect(policy({ origin: 'http://internal:3000', host })).toBe('allowed');
    expect(policy({ origin: 'https://docs.example.org', host })).toBe('allowed');
    expect(policy({ origin: 'https://app.example.org', host })).toBe('allowed');
  });

  test('allows the own host with the port of its scheme written out, as some proxies and programs do', () => {
    const own = (origin: string, host: string) => policy({ origin, host });
    expect(own('https://name.example', 'name.example:443')).toBe('allowed');
    expect(own('http://name.example', 'Name.Example:80')).toBe('allowed');
    expect(own('https://name.example:8443', 'name.example:8443')).toBe('allowed');
    expect(own('https://name.example:8443', 'name.example')).toBe('foreign');
    expect(own('http://name.example', 'name.example:443')).toBe('foreign');
    expect(own('https://name.example', 'not a host')).toBe('foreign');
  });

  test('refuses everything else, however alike', () => {
    for (const origin of [
      'https://evil.example',
      'https://docs.example.org.evil.example',
      'http://docs.example.org',
      'https://app.example.org:444',
      'https://sub.app.example.org',
      'http://internal',
      'null',
      '',
      'http://localhost:5173',
      'https://docs.example.org@evil.example',
    ]) {
      expect(policy({ origin, host }), origin).toBe('foreign');
    }
    expect(policy({ origin: 'http://internal:3000', host: undefined })).toBe('foreign');
  });

  test('tells who does not say', () => {
    expect(policy({ origin: undefined, host })).toBe('absent');
  });

  test('allows any port of this machine in development', () => {
    const development = createOriginPolicy({
      publicUrl: null,
      allowedOrigins: [],
      mode: 'development',
    });
    expect(development({ origin: 'http://localhost:5173', host })).toBe('allowed');
    expect(development({ origin: 'http://127.0.0.1:1', host })).toBe('allowed');
    expect(development({ origin: 'http://localhost.evil.example', host })).toBe('foreign');
  });
});
