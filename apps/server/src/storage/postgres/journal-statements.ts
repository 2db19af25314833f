/**
 * The statements of the journal in Postgres. Each is prepared once for each connection, because planning one
 * takes longer than running it.
 */
import type { Query } from './postgres.ts';

type Statement = Omit<Query, 'values'>;

/** A row of the journal as JSON, because each part of the answer has the same columns. */
const JOURNAL = `select 'journal' as part, 0::bigint as number,
    json_build_object('epoch', epoch, 'kind', kind, 'head', head, 'snapshotOffset', snapshot_offset, 'snapshotTail', snapshot_tail)::text as text,
    null::bytea as data, tail as batch
  from journal where document = $1`;

const CLIENTS = `select 'client', client, "user", null, null from client where document = $1`;

export const LOAD: Statement = {
  name: 'journal-load',
  text: `with part as (
    ${JOURNAL}
    union all select 'snapshot', 0, null, data, null from snapshot where document = $1
    union all (
      select 'update', "offset", null, data, null from "update"
      where document = $1 and "offset" > (select snapshot_offset from journal where document = $1)
    )
    union all ${CLIENTS}
    union all (
      select 'timeline', -number, id, null, null from timeline order by number desc limit $2
    )
  ) select * from part order by part, number`,
};

/** Also the row at the position, whose batch shows whether the position is of this journal. */
export const READ_LATER: Statement = {
  name: 'journal-read-later',
  text: `with part as (
    ${JOURNAL}
    union all (
      select 'update', "offset", "user", data, batch from "update"
      where document = $1 and "offset" >= $2
    )
    union all ${CLIENTS}
  ) select * from part order by part, number`,
};

export const CREATE: Statement = {
  name: 'journal-create',
  text: `with created as (
    insert into journal (document, epoch, kind, head, snapshot_offset)
    values ($1, $2, $3, case when $4::bytea is null then 0 else 1 end, 0)
    on conflict do nothing returning document
  ), seeded as (
    insert into "update" (document, "offset", data, "user", at)
    select document, 1, $4, $5::text, $6::bigint from created where $4 is not null
  ), owned as (
    insert into client (document, client, "user")
    select document, owner.client, owner."user"
    from created, unnest($7::bigint[], $8::text[]) as owner (client, "user")
  ) select document from created`,
};

/**
 * Locks the documents in the order of their ids, so that no two statements wait for each other, and passes over
 * those that another process holds. The check is on the locked row, which may be newer than the
 * statement's snapshot.
 */
export const APPEND: Statement = {
  name: 'journal-append',
  text: `with wanted as materialized (
    select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::int[])
      with ordinality as wanted (document, epoch, id, base, tail, rows, place)
  ), held as materialized (
    select document, epoch, head, tail from journal
    where document = any($1) order by document for no key update skip locked
  ), accepted as materialized (
    select wanted.* from wanted join held using (document)
    where held.epoch = wanted.epoch and held.head = wanted.base
      and held.tail is not distinct from wanted.tail
  ), moved as (
    update journal set head = accepted.base + accepted.rows, tail = accepted.id
    from accepted where journal.document = accepted.document
  ), inserted as (
    insert into "update" (document, "offset", data, "user", at, batch)
    select accepted.document, new."offset", substring($7::bytea from new.start for new.length),
      new."user", new.at, accepted.id
    from unnest($8::int[], $9::bigint[], $10::int[], $11::int[], $12::text[], $13::bigint[])
      as new (place, "offset", start, length, "user", at)
    join accepted using (place)
  ), owned as (
    insert into client (document, client, "user")
    select accepted.document, owner.client, owner."user"
    from unnest($14::int[], $15::bigint[], $16::text[]) as owner (place, client, "user")
    join accepted using (place)
    on conflict do nothing
  ) select case
      when accepted.place is not null then 'committed'
      when held.tail = wanted.id then 'committed'
      when exists (
        select from "update" where "update".document = wanted.document
          and "update"."offset" = wanted.base + 1 and "update".batch = wanted.id
      ) then 'committed'
      when held.document is null
        and exists (select from journal where journal.document = wanted.document) then 'busy'
      else 'conflict'
    end as outcome
  from wanted
  left join held on held.document = wanted.document
  left join accepted on accepted.place = wanted.place
  order by wanted.place`,
};

export const COMPACT: Statement = {
  name: 'journal-compact',
  text: `with moved as (
    update journal set snapshot_offset = $4, snapshot_tail = (
      select batch from "update" where document = $1 and "offset" = $4
    )
    where document = $1 and epoch = $2 and snapshot_offset = $3 and head >= $4
    returning document
  ), replaced as (
    insert into snapshot (document, data) select document, $5::bytea from moved
    on conflict (document) do update set data = excluded.data
  ), covered as (
    delete from "update" using moved
    where "update".document = moved.document and "update"."offset" <= $4
  ), kept as (
    insert into history (document, to_offset, from_offset, ended_at, bytes, sessions, data, checkpoint)
    select document, chunk.* from moved, unnest(
      $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::text[], $11::bytea[], $12::bytea[]
    ) as chunk
  ) select document from moved`,
};

export const READ_FOR_COMPACTION: Statement = {
  name: 'journal-read-for-compaction',
  text: `select "offset", at, "user", data as "update" from "update"
    where document = $1 and "offset" <= $2 order by "offset"`,
};

export const SINCE_CHECKPOINT: Statement = {
  name: 'journal-since-checkpoint',
  text: `select coalesce(sum(to_offset - from_offset + 1), 0)::bigint as rows,
      coalesce(sum(bytes), 0)::bigint as bytes
    from history where document = $1 and to_offset > coalesce((
      select max(to_offset) from history where document = $1 and checkpoint is not null
    ), 0)`,
};

export const DELETE: Statement = {
  name: 'journal-delete',
  text: `with gone as (
    delete from journal where document = $1 and head <= $2 returning document
  ), snapshots as (
    delete from snapshot using gone where snapshot.document = gone.document
  ), updates as (
    delete from "update" using gone where "update".document = gone.document
  ), clients as (
    delete from client using gone where client.document = gone.document
  ), chunks as (
    delete from history using gone where history.document = gone.document
  ) select count(*)::int as kept from journal
    where document = $1 and not exists (select from gone)`,
};
