/** Configuration for common proxies, the same as in the documentation, whose tests run it. */
export const PROXY_SNIPPETS = [
  {
    name: 'nginx',
    lines: `location / {
  proxy_pass http://127.0.0.1:3000;
  proxy_http_version 1.1;
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection "upgrade";
  proxy_read_timeout 75s;
  client_max_body_size 0;
  proxy_request_buffering off;
}`,
  },
  {
    name: 'HAProxy',
    lines: `backend tandem
  option httpchk GET /readyz
  server one 127.0.0.1:3000 check`,
  },
  { name: 'Caddy', lines: 'reverse_proxy 127.0.0.1:3000' },
  {
    name: 'Apache',
    lines: `ProxyPreserveHost On
ProxyTimeout 75
ProxyPass "/" "http://127.0.0.1:3000/" upgrade=websocket`,
  },
] as const;
