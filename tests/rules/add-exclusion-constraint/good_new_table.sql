CREATE TABLE bookings (room int, during tstzrange);
ALTER TABLE bookings ADD EXCLUDE USING gist (during WITH &&);
