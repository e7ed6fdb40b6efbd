DELETE FROM {{ table }} WHERE id = 7;
