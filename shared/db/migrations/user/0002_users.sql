-- SPDX-License-Identifier: MIT
-- Whether somebody is there, and nothing else of them: an access token may outlive its user.

CREATE VIEW v_user AS
SELECT user_id FROM profile;
