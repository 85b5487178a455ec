-- What is read by the day it was recognised on: the pace, and what became public last.
CREATE INDEX achievement_by_recognition ON achievement (recognised_at);
-- Results name a publication by its address. A whole one may be too long for an index.
CREATE INDEX publication_by_url ON publication (substr(url, 1, 200));
