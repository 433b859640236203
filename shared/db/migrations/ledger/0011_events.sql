-- SPDX-License-Identifier: MIT
-- What each batch did, for those whom it concerns (docs/adr/0016): written in the batch's own transaction, packed,
-- numbered without a gap. Old rows are removed from the front; the newest one always stays, for the numbers go on
-- from it.

CREATE TABLE event_batch (
    first_seq   BIGINT UNSIGNED  NOT NULL COMMENT 'number of its first event',
    event_count INT UNSIGNED     NOT NULL,
    created_us  BIGINT           NOT NULL,
    body        MEDIUMBLOB       NOT NULL COMMENT 'its events, packed: fcgi_services/order/events.def',
    PRIMARY KEY (first_seq)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

CREATE VIEW v_event_batch AS
SELECT first_seq, event_count, created_us, body FROM event_batch;
