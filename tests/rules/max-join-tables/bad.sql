SELECT a.id FROM a
JOIN t1 ON t1.id = a.id
JOIN t2 ON t2.id = a.id
JOIN t3 ON t3.id = a.id
JOIN t4 ON t4.id = a.id
JOIN t5 ON t5.id = a.id
JOIN t6 ON t6.id = a.id
JOIN t7 ON t7.id = a.id
JOIN t8 ON t8.id = a.id
WHERE a.id = 7;
